// Tracks, and the depot of stacks: records of {next in bucket, count, entries...} in an array.
#include "guestkernel/mm/slab/debug_track.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kSymbolSize = 128;

enum : unsigned { kNext, kCount, kHeaderWords };

unsigned bucket_of(uintptr_t const* entries, unsigned nr_entries)
{
    uintptr_t hash = nr_entries;
    for (unsigned i = 0; i < nr_entries; i++)
        hash = hash * 31 + entries[i];
    hash ^= hash >> 16;
    return static_cast<unsigned>(hash ^ hash >> 6) % 64;
}

bool is_same(uintptr_t const* a, uintptr_t const* b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

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

unsigned stack_depot_save(stack_depot& depot, uintptr_t const* entries, unsigned nr_entries)
{
    unsigned& first = depot.buckets[bucket_of(entries, nr_entries)];
    for (unsigned handle = first; handle != 0;) {
        uintptr_t const* const record = depot.words + (handle - 1);
        if (record[kCount] == nr_entries && is_same(record + kHeaderWords, entries, nr_entries))
            return handle;
        handle = static_cast<unsigned>(record[kNext]);
    }
    unsigned const length = kHeaderWords + nr_entries;
    if (nr_entries == 0 || depot.capacity - depot.used < length)
        return 0;
    uintptr_t* const record = depot.words + depot.used;
    record[kNext] = first;
    record[kCount] = nr_entries;
    for (unsigned i = 0; i < nr_entries; i++)
        record[kHeaderWords + i] = entries[i];
    first = depot.used + 1;
    depot.used += length;
    return first;
}

stack_entries stack_depot_fetch(stack_depot const& depot, unsigned handle)
{
    if (handle == 0 || handle > depot.used)
        return {nullptr, 0}; // the number was overwritten
    uintptr_t const* const record = depot.words + (handle - 1);
    bool const is_sane = record[kCount] <= kTrackedFrames;
    return {record + kHeaderWords, is_sane ? static_cast<unsigned>(record[kCount]) : 0};
}

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
    get_track(s, object, item) = {caller, handle, static_cast<int>(slab_cpu(env)), env.pid(),
                                  static_cast<unsigned long>(slab_jiffies(env))};
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
