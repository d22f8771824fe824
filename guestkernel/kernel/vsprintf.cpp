// The names that only the kernel knows.
#include "guestkernel/kernel/vsprintf.hpp"

#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/lib/pointer_format.hpp"
#include "guestkernel/mm/flag_names.hpp"

namespace pagelab::kernel {

namespace {

static_assert(kSymbolTextSize <= lib::kPointerTextSize);
static_assert(mm::kFlagTextSize <= lib::kPointerTextSize);

void put_flags(char* buffer, char kind, void const* flags)
{
    if (kind == 'g')
        mm::format_gfp_flags(buffer, lib::kPointerTextSize, *static_cast<mm::gfp_t const*>(flags));
    else if (kind == 'p')
        mm::format_page_flags(buffer, lib::kPointerTextSize,
                              *static_cast<unsigned long const*>(flags));
    else
        mm::format_vma_flags(buffer, lib::kPointerTextSize,
                             *static_cast<unsigned long const*>(flags));
}

void put_symbol(char* buffer, uintptr_t address, lib::symbol_style style)
{
    if (style == lib::symbol_style::name_only)
        sprint_symbol_no_offset(buffer, address);
    else if (style == lib::symbol_style::backtrace)
        sprint_backtrace(buffer, address);
    else
        sprint_symbol(buffer, address);
}

lib::pointer_names names = {
    .hashed = true,
    .key = 0x9e37'79b9'7f4a'7c15, // the same for each run, as all else
    .symbol = put_symbol,
    .flags = put_flags,
};

} // namespace

int vsnprintf(char* buffer, size_t size, char const* format, va_list arguments)
{
    return lib::vsnprintf(buffer, size, format, arguments, &names);
}

void no_hash_pointers_enable()
{
    names.hashed = false;
}

} // namespace pagelab::kernel
