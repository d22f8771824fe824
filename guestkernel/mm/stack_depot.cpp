// Records of {next in bucket, count, entries...} in an array.
#include "guestkernel/mm/stack_depot.hpp"

namespace pagelab::mm {

namespace {

enum : unsigned { kNext, kCount, kHeaderWords };

unsigned bucket_of(uintptr_t const* entries, unsigned nr_entries)
{
    uintptr_t hash = nr_entries;
    for (unsigned i = 0; i < nr_entries; i++)
        hash = hash * 31 + entries[i];
    hash ^= hash >> 16;
    return static_cast<unsigned>(hash ^ hash >> 6) % kStackDepotBuckets;
}

bool is_same(uintptr_t const* a, uintptr_t const* b, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (a[i] != b[i])
            return false;
    }
    return true;
}

unsigned find_or_add(stack_depot& depot, uintptr_t const* entries, unsigned nr_entries)
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

} // namespace

unsigned stack_depot_save(stack_depot& depot, uintptr_t const* entries, unsigned nr_entries)
{
    unsigned long flags;
    lib::spin_lock_irqsave(depot.lock, flags);
    unsigned const handle = find_or_add(depot, entries, nr_entries);
    lib::spin_unlock_irqrestore(depot.lock, flags);
    return handle;
}

stack_entries stack_depot_fetch(stack_depot const& depot, unsigned handle)
{
    if (handle == 0 || handle > depot.used)
        return {nullptr, 0}; // the number was overwritten
    uintptr_t const* const record = depot.words + (handle - 1);
    bool const is_sane = record[kCount] <= kStackDepotFrames;
    return {record + kHeaderWords, is_sane ? static_cast<unsigned>(record[kCount]) : 0};
}

} // namespace pagelab::mm
