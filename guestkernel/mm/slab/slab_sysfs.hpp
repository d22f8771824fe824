// The files of /sys/kernel/slab/CACHE: one number, one flag or one name each; some can be written.
//
// Format: Linux 6.1 mm/slub.c (slab_attrs). Counts end in " N0=..." on 64-bit, as with
// CONFIG_NUMA. Linux has these files with SLUB only.
#pragma once

#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

struct slab_attribute {
    char const* name;
    void (*show)(lib::seq_file& m, kmem_cache const& s);
    Result<> (*store)(kmem_cache& s, char const* text) = nullptr; // null: read-only
};

// In alphabetical order.
extern slab_attribute const slab_attributes[];
extern unsigned const nr_slab_attributes;

// The file "CACHE/ATTRIBUTE", or null.
slab_attribute const* find_slab_attribute(char const* path);

} // namespace pagelab::mm
