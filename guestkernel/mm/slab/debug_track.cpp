// Tracks, written and printed.
#include "guestkernel/mm/slab/debug_track.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kSymbolSize = 128;

void print_track(kmem_cache const& s, char const* what, track const& t)
{
    if (t.addr == 0)
        return;
    slab_env const& env = s.caches->env;
    environment const& out = *env.pgdat->env;
    char symbol[kSymbolSize];
    env.sprint_symbol(symbol, sizeof(symbol), t.addr);
    printk(out, log_level::err, "%s in %s age=%lu cpu=%u pid=%d\n", what, symbol,
           static_cast<unsigned long>(slab_jiffies(env)) - t.when, static_cast<unsigned>(t.cpu),
           t.pid);
    if (t.handle == 0) {
        printk(out, log_level::err, "object allocation/free stack trace missing\n");
        return;
    }
    stack_entries const stack = stack_depot_fetch(*s.caches->stacks, t.handle);
    for (unsigned i = 0; i < stack.nr_entries; i++) {
        env.sprint_symbol(symbol, sizeof(symbol), stack.entries[i]);
        printk(out, log_level::warning, " %s\n", symbol);
    }
}

} // namespace

void set_track(kmem_cache& s, void* object, track_item item, uintptr_t caller)
{
    if (!kmem_cache_debug_flags(s, SLAB_STORE_USER))
        return;
    slab_env const& env = s.caches->env;
    uintptr_t entries[kTrackedFrames];
    unsigned handle = 0;
    if (s.caches->stacks != nullptr) {
        unsigned const count = env.save_stack(caller, entries, kTrackedFrames);
        handle = stack_depot_save(*s.caches->stacks, entries, count);
    }
    get_track(s, object, item) = {caller, handle, static_cast<int>(lib::smp_processor_id()),
                                  env.pid(), static_cast<unsigned long>(slab_jiffies(env))};
}

void init_tracking(kmem_cache& s, void* object)
{
    if (!kmem_cache_debug_flags(s, SLAB_STORE_USER))
        return;
    get_track(s, object, TRACK_ALLOC) = {};
    get_track(s, object, TRACK_FREE) = {};
}

void print_tracking(kmem_cache const& s, void* object)
{
    if (!kmem_cache_debug_flags(s, SLAB_STORE_USER))
        return;
    print_track(s, "Allocated", get_track(s, object, TRACK_ALLOC));
    print_track(s, "Freed", get_track(s, object, TRACK_FREE));
}

} // namespace pagelab::mm
