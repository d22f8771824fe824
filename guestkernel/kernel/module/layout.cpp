// Where each section goes: in the core or, if its name starts with ".init", in the piece that is
// given back; and there to those with the same rights, which begin and end at a page.
//
// Source: Linux 6.1 kernel/module/main.c (layout_sections, move_module, get_offset).
#include "guestkernel/abi/address.hpp"
#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

// Linux' MODULES_LEN is 1008 MiB on x86_64, vmalloc space on i686 smaller: nobody has so much.
constexpr uint64_t kMaxPieceSize = uint64_t{1} << 28;

enum class group { text, read_only, ro_after_init, data };
constexpr group kGroups[] = {group::text, group::read_only, group::ro_after_init, group::data};

template<class Elf>
group group_of(load_info<Elf> const& info, unsigned index)
{
    auto const& section = info.sections[index];
    if ((section.flags & kElfSectionExecute) != 0)
        return group::text;
    if ((section.flags & kElfSectionWrite) == 0)
        return group::read_only;
    return strcmp(section_name(info, index), ".data..ro_after_init") == 0 ? group::ro_after_init
                                                                          : group::data;
}

bool starts_with(char const* text, char const* start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

// The place behind what is there already; false if there is no room.
template<class Section>
bool place(unsigned& size, Section& section, uint32_t piece_mark)
{
    uint64_t const alignment = section.alignment == 0 ? 1 : section.alignment;
    if (alignment > kPageSize || section.size > kMaxPieceSize)
        return false;
    uint64_t const offset = lib::align_up(uint64_t{size}, alignment);
    if (offset + section.size > kMaxPieceSize)
        return false;
    section.entry_size = static_cast<uint32_t>(offset) | piece_mark;
    size = static_cast<unsigned>(offset + section.size);
    return true;
}

template<class Elf>
bool lay_out_piece(load_info<Elf>& info, module_piece<Elf>& piece, uint32_t mark)
{
    unsigned* const ends[] = {&piece.text_size, &piece.ro_size, &piece.ro_after_init_size,
                              &piece.size};
    unsigned size = 0;
    for (group const g : kGroups) {
        for (unsigned i = 1; i < info.nr_sections; i++) {
            auto& section = info.sections[i];
            bool const is_init = starts_with(section_name(info, i), ".init");
            if (is_in_memory<Elf>(section) && i != info.percpu && i != info.modinfo &&
                is_init == (mark != 0) && group_of(info, i) == g && !place(size, section, mark))
                return false;
        }
        size = static_cast<unsigned>(lib::align_up(uint64_t{size}, uint64_t{kPageSize}));
        *ends[static_cast<unsigned>(g)] = size;
    }
    return true;
}

} // namespace

template<class Elf>
int layout_sections(load_info<Elf>& info)
{
    if (lay_out_piece(info, info.core, 0) && lay_out_piece(info, info.init, kInInitPiece))
        return 0;
    printk(log_level::err, "%s: sections too large or aligned too much\n", info.name);
    return -ENOEXEC;
}

template<class Elf>
void move_module(load_info<Elf> const& info)
{
    for (unsigned i = 1; i < info.nr_sections; i++) {
        auto const& section = info.sections[i];
        if (section.entry_size != kNotPlaced && section.type != kElfNoBits && section.size > 0)
            memcpy(section_bytes(info, section), info.file + section.offset,
                   static_cast<size_t>(section.size));
    }
}

#define INSTANTIATE(Elf)                                                                           \
    template int layout_sections(load_info<Elf>&);                                                 \
    template void move_module(load_info<Elf> const&);
FOR_EACH_ELF_CLASS(INSTANTIATE)

} // namespace pagelab::kernel
