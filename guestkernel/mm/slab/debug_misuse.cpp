// Reports of wrong use rather than damage: wrong cache, objects left behind, no memory, bad flags.
#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/flag_names.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/debug_track.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kMessageSize = 256;

bool is_free(kmem_cache const& s, slab const& sl, void const* object)
{
    unsigned left = slab_objects(sl);
    for (void const* p = sl.freelist; p != nullptr && left > 0; left--) {
        if (p == object)
            return true;
        p = get_freepointer(s, p);
    }
    return false;
}

} // namespace

void report_wrong_cache(kmem_cache& s, slab& sl, void* object)
{
    char message[kMessageSize];
    lib::snprintf(message, sizeof(message),
                  "cache_from_obj: Wrong slab cache. %s but object is from %s\n", s.name,
                  sl.slab_cache->name);
    WARN_BY(s.caches->env.warn, message);
    if (sl.slab_cache->ops == s.ops)
        print_tracking(*sl.slab_cache, object);
}

void report_objects_remaining(kmem_cache& s, slab& sl)
{
    slab_err(s, sl, "Objects remaining in %s on __kmem_cache_shutdown()", s.name);
    for (unsigned i = 0; i < slab_objects(sl); i++) {
        char* const object = slab_object(s, sl, i);
        if (is_free(s, sl, object))
            continue;
        printk(slab_output(s), log_level::err, "Object 0x%p @offset=%lu\n",
               static_cast<void*>(object),
               static_cast<unsigned long>(object - slab_address(s.caches->env, sl)));
        print_tracking(s, object);
    }
}

void report_out_of_memory(kmem_cache& s, gfp_t gfp)
{
    if (gfp & __GFP_NOWARN)
        return;
    environment const& out = slab_output(s);
    char flags[kFlagTextSize];
    printk(out, log_level::warning, "SLUB: Unable to allocate memory on node -1, gfp=%#x(%s)\n",
           gfp, format_gfp_flags(flags, sizeof(flags), gfp));
    printk(out, log_level::warning,
           "  cache: %s, object size: %u, buffer size: %u, default order: %u, min order: %u\n",
           s.name, s.object_size, s.size, oo_order(s.oo), oo_order(s.min));
    if (oo_order(s.min) > get_order(s.object_size))
        printk(out, log_level::warning,
               "  %s debugging increased min order, use slub_debug=O to disable.\n", s.name);
    kmem_cache_node const& n = get_node(s);
    slabinfo const info = s.ops->get_slabinfo(s);
    printk(out, log_level::warning, "  node 0: slabs: %lu, objs: %lu, free: %lu\n", n.nr_slabs,
           n.total_objects, info.num_objs - info.active_objs);
}

void report_bad_gfp(slab_env const& env, gfp_t gfp, gfp_t bad)
{
    environment const& out = *env.pgdat->env;
    char bad_flags[kFlagTextSize];
    char flags[kFlagTextSize];
    printk(out, log_level::warning,
           "Unexpected gfp: %#x (%s). Fixing up to gfp: %#x (%s). Fix your code!\n", bad,
           format_gfp_flags(bad_flags, sizeof(bad_flags), bad), gfp & ~bad,
           format_gfp_flags(flags, sizeof(flags), gfp & ~bad));
    slab_dump_stack(env);
}

} // namespace pagelab::mm
