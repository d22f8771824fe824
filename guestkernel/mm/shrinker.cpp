// How much each shrinker is asked for.
#include "guestkernel/mm/shrinker.hpp"

#include "guestkernel/lib/minmax.hpp"

namespace pagelab::mm {

namespace {

long wanted_objects(shrinker const& s, long freeable, int priority)
{
    if (s.seeks == 0)
        return freeable / 2;
    return (freeable >> priority) * 4 / s.seeks;
}

unsigned long do_shrink_slab(pglist_data& pgdat, shrinker& s, gfp_t gfp_mask, int priority)
{
    shrink_control control = {gfp_mask, 0, 0};
    unsigned long const count = s.count_objects(s, control);
    if (count == 0 || count == SHRINK_EMPTY)
        return 0;
    auto const freeable = static_cast<long>(count);
    long const deferred = s.nr_deferred;
    long const delta = wanted_objects(s, freeable, priority);
    long const batch = s.batch != 0 ? s.batch : SHRINK_BATCH;
    long left = lib::min((deferred >> priority) + delta, 2 * freeable);
    long scanned = 0;
    unsigned long freed = 0;
    while (left >= batch || left >= freeable) {
        long const now = lib::min(batch, left);
        if (now == 0)
            break;
        control.nr_to_scan = control.nr_scanned = static_cast<unsigned long>(now);
        unsigned long const got = s.scan_objects(s, control);
        if (got == SHRINK_STOP)
            break;
        freed += got;
        count_vm_events(pgdat, SLABS_SCANNED, control.nr_scanned);
        left -= static_cast<long>(control.nr_scanned);
        scanned += static_cast<long>(control.nr_scanned);
        if (control.nr_scanned == 0)
            break;
    }
    long const next = deferred + delta - scanned;
    s.nr_deferred = lib::min(next > 0 ? next : 0, 2 * freeable);
    return freed;
}

} // namespace

void register_shrinker(pglist_data& pgdat, shrinker& s)
{
    s.nr_deferred = 0;
    s.nr_users = 0;
    lib::spin_lock(pgdat.shrinker_lock);
    lib::list_add_tail(s.list, pgdat.shrinker_list);
    lib::spin_unlock(pgdat.shrinker_lock);
}

void unregister_shrinker(pglist_data& pgdat, shrinker& s)
{
    lib::spin_lock(pgdat.shrinker_lock);
    while (s.nr_users > 0) {
        lib::spin_unlock(pgdat.shrinker_lock);
        lib::cpu_relax();
        lib::spin_lock(pgdat.shrinker_lock);
    }
    lib::list_del(s.list);
    lib::spin_unlock(pgdat.shrinker_lock);
}

unsigned long shrink_slab(pglist_data& pgdat, gfp_t gfp_mask, int priority)
{
    unsigned long freed = 0;
    lib::spin_lock(pgdat.shrinker_lock);
    for (list_head* link = pgdat.shrinker_list.next; link != &pgdat.shrinker_list;) {
        shrinker& s = *CONTAINER_OF(link, shrinker, list);
        s.nr_users++;
        lib::spin_unlock(pgdat.shrinker_lock);
        freed += do_shrink_slab(pgdat, s, gfp_mask, priority);
        lib::spin_lock(pgdat.shrinker_lock);
        s.nr_users--;
        link = link->next;
    }
    lib::spin_unlock(pgdat.shrinker_lock);
    return freed;
}

} // namespace pagelab::mm
