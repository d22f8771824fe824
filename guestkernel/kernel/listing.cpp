// The style is the console's, which has one reader.
#include "guestkernel/kernel/listing.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

listing current = listing::names;

void print_details(entry_kind kind)
{
    char const* const mode = kind == entry_kind::file     ? "-rw-r--r--    1"
                             : kind == entry_kind::folder ? "drwxr-xr-x    2"
                                                          : "lrwxrwxrwx    1";
    if (current == listing::details)
        console_printf("%s root     root             0 Jan  1 00:00 ", mode);
}

} // namespace

void set_listing(listing style)
{
    current = style;
}

void list_entry(entry_kind kind, char const* name)
{
    list_entry(kind, name, strlen(name));
}

void list_entry(entry_kind kind, char const* name, size_t length)
{
    print_details(kind);
    console_write(name, length);
    console_puts("\n");
}

void list_link(char const* name, char const* target)
{
    print_details(entry_kind::link);
    if (current == listing::details)
        console_printf("%s -> %s\n", name, target);
    else
        console_printf("%s\n", name);
}

} // namespace pagelab::kernel
