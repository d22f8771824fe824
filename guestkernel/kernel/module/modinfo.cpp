// .modinfo: strings "tag=value", each ended by NUL, with any number of NULs between.
//
// Source: Linux 6.1 kernel/module/main.c (get_next_modinfo), include/linux/moduleparam.h.
#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

template<class Elf>
char const* get_modinfo(load_info<Elf> const& info, char const* tag, unsigned n)
{
    auto const& section = info.sections[info.modinfo];
    if (info.modinfo == 0 || section.type == kElfNoBits)
        return nullptr;
    char const* at = info.file + section.offset;
    char const* const end = at + section.size;
    size_t const tag_length = strlen(tag);
    while (at < end) {
        char const* last = at;
        while (last < end && *last != '\0')
            last++;
        if (last == end)
            return nullptr; // the last string does not end: not a string
        auto const length = static_cast<size_t>(last - at);
        if (length > tag_length && at[tag_length] == '=' && strncmp(at, tag, tag_length) == 0 &&
            n-- == 0)
            return at + tag_length + 1;
        at = last + 1;
    }
    return nullptr;
}

#define INSTANTIATE(Elf)                                                                           \
    template char const* get_modinfo(load_info<Elf> const&, char const*, unsigned);
FOR_EACH_ELF_CLASS(INSTANTIATE)

} // namespace pagelab::kernel
