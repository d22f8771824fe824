// A module's file while it is being loaded: a mutable copy of its bytes, and what has been found
// out about them.
//
// After read_module_file() every section lies within the file, every name ends within its strings,
// and the indices below are right; what symbols and relocations say is checked when they are used.
// Both classes of ELF are read by the same code; a kernel loads only its own, the tests both.
//
// The functions return 0 or, after a line in the log, a negative errno. Sizes are in bytes.
// Source: Linux 6.1 kernel/module/internal.h (struct load_info), kernel/module/main.c.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/abi/boot/elf_object.hpp"

namespace pagelab::kernel {

// One piece of a module's memory: where we write it, and what address it will run at. In a kernel
// these are the same; in tests they need not be.
template<class Elf>
struct module_piece {
    char* bytes;
    typename Elf::Address address;
    unsigned size;
    unsigned text_size;
    unsigned ro_size;
    unsigned ro_after_init_size;
};

// In the file's copy, a section's entry_size tells where in its piece it goes, once laid out.
inline constexpr uint32_t kInInitPiece = 1u << 31;
inline constexpr uint32_t kNotPlaced = ~0u;

template<class Elf>
struct load_info {
    char* file; // aligned for anything
    size_t size;
    typename Elf::Section* sections;
    unsigned nr_sections;
    char const* section_names;

    // Indices of sections; 0: there is none.
    unsigned modinfo;
    unsigned symbols;
    unsigned strings;
    unsigned this_module;
    unsigned percpu;

    char const* name;
    module_piece<Elf> core;
    module_piece<Elf> init;
    typename Elf::Address percpu_address; // of the template copy its per-CPU symbols refer to
};

#ifdef __x86_64__
using native_elf = Elf64Object;
#else
using native_elf = Elf32Object;
#endif

template<class Elf>
int read_module_file(load_info<Elf>& info, char* file, size_t size);

// The first section in memory of this name (of any kind if `flags` is 0); 0: there is none.
template<class Elf>
unsigned find_section(load_info<Elf> const& info, char const* name,
                      uint32_t flags = kElfSectionAlloc);

template<class Elf>
char const* section_name(load_info<Elf> const& info, unsigned index)
{
    return info.section_names + info.sections[index].name;
}

template<class Elf>
bool is_in_memory(typename Elf::Section const& section)
{
    return (section.flags & kElfSectionAlloc) != 0;
}

template<class Elf>
typename Elf::Symbol* symbol_table(load_info<Elf> const& info)
{
    return reinterpret_cast<typename Elf::Symbol*>(info.file + info.sections[info.symbols].offset);
}

template<class Elf>
unsigned symbol_count(load_info<Elf> const& info)
{
    return static_cast<unsigned>(info.sections[info.symbols].size / sizeof(typename Elf::Symbol));
}

// A symbol's name, or null if it is not one.
template<class Elf>
char const* symbol_name(load_info<Elf> const& info, typename Elf::Symbol const& symbol)
{
    auto const& strings = info.sections[info.strings];
    return symbol.name < strings.size ? info.file + strings.offset + symbol.name : nullptr;
}

// Where a section of one's memory is: to be written, and by its final address.
template<class Elf>
module_piece<Elf> const& piece_of(load_info<Elf> const& info, typename Elf::Section const& section)
{
    return (section.entry_size & kInInitPiece) != 0 ? info.init : info.core;
}
template<class Elf>
char* section_bytes(load_info<Elf> const& info, typename Elf::Section const& section)
{
    return piece_of<Elf>(info, section).bytes + (section.entry_size & ~kInInitPiece);
}
template<class Elf>
typename Elf::Address section_address(load_info<Elf> const& info,
                                      typename Elf::Section const& section)
{
    return static_cast<typename Elf::Address>(piece_of<Elf>(info, section).address +
                                              (section.entry_size & ~kInInitPiece));
}

// layout.cpp: gives each section in memory its place, and both pieces their sizes.
template<class Elf>
int layout_sections(load_info<Elf>& info);

// Copies the sections to their places. Both pieces must be there, and zeroed.
template<class Elf>
void move_module(load_info<Elf> const& info);

// What the loader asks about symbols that the module does not define.
template<class Elf>
struct symbol_source {
    // 0 and the value, or a negative errno: -ENOENT for one that is not known.
    int (*resolve)(void* context, char const* name, typename Elf::Address* value);
    void* context;
};

// symbols.cpp: every symbol's `value` becomes its address.
template<class Elf>
int simplify_symbols(load_info<Elf>& info, symbol_source<Elf> const& source);

// relocate.cpp
template<class Elf>
int apply_relocations(load_info<Elf> const& info);

// modinfo.cpp: the value of "tag=value", or null. The n-th of several such tags.
template<class Elf>
char const* get_modinfo(load_info<Elf> const& info, char const* tag, unsigned n = 0);

// Instantiates a template's functions for the classes that this build needs.
#if __STDC_HOSTED__
#define FOR_EACH_ELF_CLASS(INSTANTIATE) INSTANTIATE(Elf32Object) INSTANTIATE(Elf64Object)
#else
#define FOR_EACH_ELF_CLASS(INSTANTIATE) INSTANTIATE(native_elf)
#endif

} // namespace pagelab::kernel
