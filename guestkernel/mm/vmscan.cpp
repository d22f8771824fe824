// Pages are taken off the list's tail one by one and either freed or put back at its head.
#include "guestkernel/mm/vmscan.hpp"

#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/mm/filemap.hpp"
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/lru.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/shrink_node.hpp"
#include "guestkernel/mm/shrinker.hpp"

namespace pagelab::mm {

namespace {

enum class fate : unsigned char { kFree, kKeep, kActivate, kGone };

// Writes a dirty page out, without the lock; whether it is clean now. It keeps its place meanwhile
// by a reference of ours, unless somebody takes it out of the cache.
bool write_out(pglist_data& pgdat, page& p)
{
    get_page(p);
    mod_node_page_state(pgdat, NR_VMSCAN_WRITE, 1);
    lib::spin_unlock(pgdat.__lruvec.lru_lock);
    bool const is_clean = static_cast<bool>(write_cached_page(p));
    lib::spin_lock(pgdat.__lruvec.lru_lock);
    return is_clean;
}

// What becomes of an inactive page, which may be written out now.
fate judge(pglist_data& pgdat, page& p, scan_control const& sc)
{
    if (lib::read_acquire(p._refcount) > 1 || page_flag(p, PG_locked))
        return fate::kKeep;
    if (!page_flag(p, PG_dirty))
        return fate::kFree;
    bool const may_write = (sc.gfp_mask & (__GFP_IO | __GFP_FS)) == (__GFP_IO | __GFP_FS);
    if (!may_write || page_flag(p, PG_referenced)) {
        clear_page_flag(p, PG_referenced);
        return fate::kKeep;
    }
    bool const is_clean = write_out(pgdat, p);
    bool const is_gone = p.mapping == nullptr;
    bool const is_wanted = lib::read_acquire(p._refcount) > 2 || page_flag(p, PG_dirty);
    static_cast<void>(put_page(pgdat, p));
    if (is_gone)
        return fate::kGone;
    if (is_clean)
        return is_wanted ? fate::kKeep : fate::kFree;
    return fate::kActivate;
}

void put_back(pglist_data& pgdat, page& p, fate f)
{
    lruvec_del(pgdat, p);
    if (f == fate::kActivate) {
        set_page_flag(p, PG_active);
        count_vm_events(pgdat, PGACTIVATE, 1);
    }
    lruvec_add(pgdat, p);
}

page* tail_of(pglist_data& pgdat, lru_list lru)
{
    list_head& list = pgdat.__lruvec.lists[lru];
    return lib::list_empty(list) ? nullptr : CONTAINER_OF(list.prev, page, lru);
}

// Pages of zones that do not help go to the head, unscanned; all of the list at most once.
page* next_victim(pglist_data& pgdat, lru_list lru, scan_control const& sc, unsigned long& looked)
{
    auto const length = static_cast<unsigned long>(pgdat.vm_stat[node_counter(lru)]);
    while (looked++ < length) {
        page* const p = tail_of(pgdat, lru);
        if (p == nullptr || page_zonenum(*p) <= sc.reclaim_idx)
            return p;
        count_vm_events(pgdat, PGSCAN_SKIP + page_zonenum(*p), 1);
        lib::list_move(p->lru, pgdat.__lruvec.lists[lru]);
    }
    return nullptr;
}

void shrink_inactive_list(pglist_data& pgdat, unsigned long nr_to_scan, scan_control& sc)
{
    unsigned long scanned = 0;
    unsigned long freed = 0;
    unsigned long looked = 0;
    lib::spin_lock(pgdat.__lruvec.lru_lock);
    while (scanned < nr_to_scan) {
        page* const p = next_victim(pgdat, LRU_INACTIVE_FILE, sc, looked);
        if (p == nullptr)
            break;
        scanned++;
        fate const f = judge(pgdat, *p, sc);
        if (f == fate::kFree) {
            __delete_from_page_cache(*p);
            freed++;
        } else if (f != fate::kGone) {
            put_back(pgdat, *p, f);
        }
    }
    lib::spin_unlock(pgdat.__lruvec.lru_lock);
    sc.nr_scanned += scanned;
    sc.nr_reclaimed += freed;
    count_vm_events(pgdat, sc.is_kswapd ? PGSCAN_KSWAPD : PGSCAN_DIRECT, scanned);
    count_vm_events(pgdat, PGSCAN_FILE, scanned);
    count_vm_events(pgdat, sc.is_kswapd ? PGSTEAL_KSWAPD : PGSTEAL_DIRECT, freed);
    count_vm_events(pgdat, PGSTEAL_FILE, freed);
}

void shrink_active_list(pglist_data& pgdat, unsigned long nr_to_scan, scan_control& sc)
{
    unsigned long looked = 0;
    unsigned long moved = 0;
    lib::spin_lock(pgdat.__lruvec.lru_lock);
    for (; moved < nr_to_scan; moved++) {
        page* const p = next_victim(pgdat, LRU_ACTIVE_FILE, sc, looked);
        if (p == nullptr)
            break;
        deactivate_page(pgdat, *p);
    }
    lib::spin_unlock(pgdat.__lruvec.lru_lock);
    count_vm_events(pgdat, PGREFILL, moved);
}

// Pages on the list in zones that help.
unsigned long lruvec_lru_size(pglist_data const& pgdat, lru_list lru, unsigned reclaim_idx)
{
    unsigned long size = 0;
    for (unsigned i = 0; i <= reclaim_idx && i < pgdat.layout->nr_zones; i++)
        size += static_cast<unsigned long>(pgdat.node_zones[i].vm_stat[zone_counter(lru)]);
    return size;
}

// The larger the cache, the smaller the part of it that must wait to be forgotten.
bool inactive_is_low(pglist_data const& pgdat, scan_control const& sc)
{
    unsigned long const inactive = lruvec_lru_size(pgdat, LRU_INACTIVE_FILE, sc.reclaim_idx);
    unsigned long const active = lruvec_lru_size(pgdat, LRU_ACTIVE_FILE, sc.reclaim_idx);
    unsigned long const gib = (inactive + active) >> (30 - kPageShift);
    unsigned long const ratio = gib != 0 ? lib::int_sqrt(uint64_t{10} * gib) : 1;
    return inactive * ratio < active;
}

} // namespace

void shrink_node(pglist_data& pgdat, scan_control& sc)
{
    auto const part = static_cast<unsigned>(sc.priority);
    unsigned long inactive = lruvec_lru_size(pgdat, LRU_INACTIVE_FILE, sc.reclaim_idx) >> part;
    unsigned long active = lruvec_lru_size(pgdat, LRU_ACTIVE_FILE, sc.reclaim_idx) >> part;
    while (inactive + active > 0 && sc.nr_reclaimed < sc.nr_to_reclaim) {
        unsigned long const from_active = lib::min(active, SWAP_CLUSTER_MAX);
        unsigned long const from_inactive = lib::min(inactive, SWAP_CLUSTER_MAX);
        active -= from_active;
        inactive -= from_inactive;
        if (from_active > 0 && inactive_is_low(pgdat, sc))
            shrink_active_list(pgdat, from_active, sc);
        if (from_inactive > 0)
            shrink_inactive_list(pgdat, from_inactive, sc);
    }
    sc.nr_reclaimed += shrink_slab(pgdat, sc.gfp_mask, sc.priority);
}

unsigned long try_to_free_pages(pglist_data& pgdat, unsigned order, gfp_t gfp_mask,
                                unsigned highest_zoneidx)
{
    scan_control sc = {
        .nr_to_reclaim = SWAP_CLUSTER_MAX,
        .gfp_mask = gfp_mask,
        .order = order,
        .reclaim_idx = highest_zoneidx,
        .priority = DEF_PRIORITY,
        .is_kswapd = false,
    };
    count_vm_events(pgdat, ALLOCSTALL + highest_zoneidx, 1);
    unsigned& task_flags = pgdat.env->task_flags();
    task_flags |= PF_MEMALLOC;
    for (; sc.priority >= 0 && sc.nr_reclaimed < sc.nr_to_reclaim; sc.priority--)
        shrink_node(pgdat, sc);
    task_flags &= ~PF_MEMALLOC;
    return sc.nr_reclaimed;
}

unsigned long zone_reclaimable_pages(zone const& z)
{
    return static_cast<unsigned long>(z.vm_stat[NR_ZONE_INACTIVE_FILE] +
                                      z.vm_stat[NR_ZONE_ACTIVE_FILE]);
}

} // namespace pagelab::mm
