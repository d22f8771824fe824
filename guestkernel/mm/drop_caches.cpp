// /proc/sys/vm/drop_caches: everything that can go, at once.
#include "guestkernel/mm/vmscan.hpp"

#include "guestkernel/mm/filemap.hpp"
#include "guestkernel/mm/shrinker.hpp"

namespace pagelab::mm {

namespace {

unsigned long drop_list(pglist_data& pgdat, lru_list lru)
{
    unsigned long dropped = 0;
    list_head& list = pgdat.__lruvec.lists[lru];
    lib::spin_lock(pgdat.__lruvec.lru_lock);
    for (list_head* link = list.next; link != &list;) {
        page& p = *CONTAINER_OF(link, page, lru);
        link = link->next;
        if (lib::read_acquire(p._refcount) > 1 || page_flag(p, PG_dirty) || page_flag(p, PG_locked))
            continue;
        __delete_from_page_cache(p);
        dropped++;
    }
    lib::spin_unlock(pgdat.__lruvec.lru_lock);
    return dropped;
}

} // namespace

unsigned long drop_pagecache(pglist_data& pgdat)
{
    count_vm_events(pgdat, DROP_PAGECACHE, 1);
    return drop_list(pgdat, LRU_INACTIVE_FILE) + drop_list(pgdat, LRU_ACTIVE_FILE);
}

unsigned long drop_slab(pglist_data& pgdat)
{
    unsigned long total = 0;
    for (int i = 0; i < MAX_RECLAIM_RETRIES; i++) {
        unsigned long const freed = shrink_slab(pgdat, GFP_KERNEL, 0);
        total += freed;
        if (freed >> i <= 1)
            break;
    }
    count_vm_events(pgdat, DROP_SLAB, 1);
    return total;
}

} // namespace pagelab::mm
