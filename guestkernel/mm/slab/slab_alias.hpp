// The names of caches: what is a folder in /sys/kernel/slab, and what a link to one.
//
// A cache that others may share is a folder named after what they share (":a-0000104": flags, and
// the bytes of a slot), and each name it was asked for by is a link to it. A cache that is nobody
// else's is a folder of its own name. A link stays as long as its cache.
//
// Source: Linux 6.1 mm/slub.c (create_unique_id, sysfs_slab_add, sysfs_slab_alias).
#pragma once

#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

// Whether another cache may be merged with it.
bool is_mergeable(kmem_cache const& s);

// A name that the cache was asked for by; a link of this name now leads here. Under the mutex.
// Without memory the cache goes without.
void add_slab_alias(kmem_cache& s, char const* name);
void drop_slab_aliases(kmem_cache const& s); // at the end of the cache; under the mutex

struct slab_entry {
    char const* name;
    char const* target; // of a link; null: a folder
};

// All folders, then all links, each the newest first. `see` may sleep, and takes no caches.
void for_each_slab_entry(slab_caches const& caches, void (*see)(slab_entry const& entry));

// The cache of this name, be it a folder's or a link's, or null; the name ends at '/' or NUL.
kmem_cache* find_cache(slab_caches const& caches, char const* name);

inline constexpr size_t kSlabFolderSize = 24;
// The folder of the cache: its own name, or `buffer`.
char const* slab_folder(kmem_cache const& s, char (&buffer)[kSlabFolderSize]);

} // namespace pagelab::mm
