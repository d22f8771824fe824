// /proc/slabinfo: a line for each cache. Format: Linux 6.1 mm/slab_common.c, cache_show.
#include "guestkernel/mm/slab/slab.hpp"

namespace pagelab::mm {

void show_slabinfo(lib::seq_file& m, slab_caches const& caches)
{
    bool const has_statistics = caches.ops->slabinfo_stats != nullptr;
    lib::seq_printf(m, "slabinfo - version: 2.1%s\n", has_statistics ? " (statistics)" : "");
    lib::seq_puts(m, "# name            <active_objs> <num_objs> <objsize> <objperslab> "
                     "<pagesperslab> : tunables <limit> <batchcount> <sharedfactor> : slabdata "
                     "<active_slabs> <num_slabs> <sharedavail>");
    if (has_statistics)
        lib::seq_puts(m, " : globalstat <listallocs> <maxobjs> <grown> <reaped> <error> "
                         "<maxfreeable> <nodeallocs> <remotefrees> <alienoverflow> : cpustat "
                         "<allochit> <allocmiss> <freehit> <freemiss>");
    lib::seq_putc(m, '\n');
    caches.env.mutex_lock();
    for (list_head* link = caches.list.next; link != &caches.list; link = link->next) {
        kmem_cache const& s = *CONTAINER_OF(link, kmem_cache, list);
        slabinfo const info = s.ops->get_slabinfo(s);
        lib::seq_printf(m, "%-17s %6lu %6lu %6u %4u %4d", s.name, info.active_objs, info.num_objs,
                        s.size, info.objects_per_slab, 1 << info.cache_order);
        lib::seq_printf(m, " : tunables %4u %4u %4u", info.limit, info.batchcount, info.shared);
        lib::seq_printf(m, " : slabdata %6lu %6lu %6lu", info.active_slabs, info.num_slabs,
                        info.shared_avail);
        if (has_statistics)
            s.ops->slabinfo_stats(m, s);
        lib::seq_putc(m, '\n');
    }
    caches.env.mutex_unlock();
}

} // namespace pagelab::mm
