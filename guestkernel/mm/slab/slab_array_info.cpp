// What slabinfo says of a SLAB cache.
//
// Source: Linux 6.1 mm/slab.c: get_slabinfo, slabinfo_show_stats.
#include "guestkernel/mm/slab/slab_array_operations.hpp"

namespace pagelab::mm {

slabinfo slab_array_slabinfo(kmem_cache const& s)
{
    kmem_cache_node_array const& n = *s.array.node;
    slabinfo info = {};
    info.num_objs = n.total_slabs * s.array.num;
    info.active_objs = info.num_objs - n.free_objects;
    info.num_slabs = n.total_slabs;
    info.active_slabs = n.total_slabs - n.free_slabs;
    info.shared_avail = n.shared != nullptr ? n.shared->avail : 0;
    info.limit = s.array.limit;
    info.batchcount = s.array.batchcount;
    info.shared = s.array.shared;
    info.objects_per_slab = s.array.num;
    info.cache_order = s.array.gfporder;
    return info;
}

void slab_array_stats(lib::seq_file& m, kmem_cache const& s)
{
    array_stats const& stats = s.array.node->stats;
    // What never happens on one node: errors, nodeallocs, remotefrees, alienoverflow.
    lib::seq_printf(m, " : globalstat %7lu %6lu %5lu %4lu %4lu %4lu %4lu %4lu %4lu",
                    stats.num_allocations, stats.high_mark, stats.grown, stats.reaped, 0ul,
                    stats.max_freeable, 0ul, 0ul, 0ul);
    lib::seq_printf(m, " : cpustat %6lu %6lu %6lu %6lu", stats.allochit, stats.allocmiss,
                    stats.freehit, stats.freemiss);
}

} // namespace pagelab::mm
