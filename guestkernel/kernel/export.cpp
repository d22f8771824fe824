// The linker's tables of exported symbols.
#include "guestkernel/kernel/export.hpp"

#include "guestkernel/lib/string.hpp"

extern "C" pagelab::kernel::kernel_symbol const __start___ksymtab[], __stop___ksymtab[];
extern "C" pagelab::kernel::kernel_symbol const __start___ksymtab_gpl[], __stop___ksymtab_gpl[];

namespace pagelab::kernel {

namespace {

kernel_symbol const* search(kernel_symbol const* first, kernel_symbol const* end, char const* name)
{
    while (first < end) {
        kernel_symbol const* const middle = first + (end - first) / 2;
        int const order = strcmp(name, middle->name);
        if (order == 0)
            return middle;
        if (order < 0)
            end = middle;
        else
            first = middle + 1;
    }
    return nullptr;
}

} // namespace

kernel_symbol const* find_kernel_symbol(char const* name)
{
    return search(__start___ksymtab, __stop___ksymtab, name);
}

kernel_symbol const* find_kernel_symbol_gpl(char const* name)
{
    return search(__start___ksymtab_gpl, __stop___ksymtab_gpl, name);
}

} // namespace pagelab::kernel
