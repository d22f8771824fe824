// The page cache: for each file an address_space, which finds the pages that hold parts of it.
//
// A cached page has `mapping` and `index` set, lies on an LRU list and is used once by the cache
// itself. As long as nobody else uses it and it is clean it can be dropped at any time (vmscan).
// A dirty one is given to the file's writepage first.
// Source: Linux 6.1 mm/filemap.c, include/linux/fs.h (struct address_space).
#pragma once

#include "guestkernel/mm/page_tree.hpp"

namespace pagelab::mm {

struct address_space_operations {
    // Stores the page, which is clean afterwards. Null: the file's dirty pages stay.
    Result<> (*writepage)(address_space& mapping, page& p);
};

struct address_space {
    page_tree i_pages;
    unsigned long nrpages;
    gfp_t gfp_mask; // for the cache's own needs
    address_space_operations const* a_ops;
    void* private_data; // the file's
};

void address_space_init(address_space& mapping, pglist_data& pgdat,
                        address_space_operations const& ops);

// Enters a page of the caller's: the cache uses it from now on, besides the caller. Fails if the
// index is taken, the page is in a cache, or there is no memory; then nothing has changed.
Result<> add_to_page_cache_lru(address_space& mapping, page& p, unsigned long index, gfp_t gfp);

// The page at this index, with a reference for the caller, marked as used; null: not cached.
page* find_get_page(address_space& mapping, unsigned long index);

// The page leaves its cache, whatever state it is in; the cache's reference is dropped. The first
// wants lru_lock held (lru.hpp), the other functions take it. Of a page that has left its cache
// meanwhile, by another CPU, none of these does anything; the file must still be there.
void __delete_from_page_cache(page& p);
void delete_from_page_cache(page& p);

void set_page_dirty(page& p);
// Makes a dirty page clean, by writepage. The caller has a reference. An error leaves it dirty.
Result<> write_cached_page(page& p);

// Drops the clean pages of [start, end] (inclusive) nobody uses; returns how many.
unsigned long invalidate_mapping_pages(address_space& mapping, unsigned long start,
                                       unsigned long end);

// Drops all pages, dirty ones as well: the file is going away.
void truncate_inode_pages(address_space& mapping);

} // namespace pagelab::mm
