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

// A module's name stays.
void drop_offset(char* text)
{
    char* to = text;
    while (*to != '\0' && *to != '+')
        to++;
    char const* from = to;
    while (*from != '\0' && *from != ' ')
        from++;
    while ((*to++ = *from++) != '\0') {
    }
}

void put_symbol(char* buffer, uintptr_t address, lib::symbol_style style)
{
    sprint_symbol(buffer, address);
    if (style == lib::symbol_style::name_only)
        drop_offset(buffer);
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
