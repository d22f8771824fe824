// EntryView: one paging-structure entry explained: its flags as letters and words, what is wrong
// with it, where it leads, and what the entries down to it permit together.
//
// Letters are those of QEMU's `info tlb` with S for the page size and P for present, a '-' where
// one is clear:  X no-execute, G global, S size, D dirty, A accessed, C cache-disable,
// T write-through, U user, W writable, P present. Flags that mean nothing in an entry (dirty in one
// that leads to a table) are left out. Words are those of crash's `pte`.
#pragma once

#include <string>
#include <vector>

#include "emu/mmu/permission.hpp"
#include "emu/mmu/walk_trace.hpp"

namespace pagelab::mmu {

inline constexpr char kFlagLetters[] = "XGSDACTUWP";

struct EntryView {
    unsigned level = 0; // 5 PML5 .. 1 page table
    unsigned index = 0; // in its table
    PhysAddr address;   // of the entry
    uint64_t raw = 0;
    std::string letters;            // as many as kFlagLetters
    std::vector<char const*> words; // "PRESENT", "RW", ...; none if not present
    uint64_t reserved = 0;          // bits that are set and must not be
    Permissions effective;          // of all entries down to this
    bool has_rights = true;         // a PDPTE of PAE paging has none
    bool is_page = false;           // a leaf, present and without reserved bits
    unsigned page_shift = 0;        // of a leaf
    PhysAddr leads_to;              // the page or the table; 0 if none
};

// "PML5", "PML4", "PDPT", "PD", "PT".
char const* level_name(unsigned level);

// "4K", "2M", "4M", "1G".
char const* page_size_name(unsigned page_shift);

// "R-X KERN": what permissions allow, and to whom.
std::string to_string(Permissions permissions);

// The letters of an entry of that level; of one that is not present, all '-'. With paging on.
std::string entry_letters(Context const& context, unsigned level, uint64_t raw);

// The entries of a walk of `address`, from the root down. With paging on.
std::vector<EntryView> view_entries(Context const& context, VirtAddr address,
                                    WalkTrace const& trace);

} // namespace pagelab::mmu
