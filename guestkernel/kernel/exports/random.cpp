// linux/random.h, linux/sort.h.
#include "guestkernel/lib/random.hpp"

#include <stddef.h>

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/lib/spinlock.hpp"
#include "guestkernel/lib/string.hpp"

using namespace pagelab;

namespace {

lib::spinlock_t random_lock;
lib::rng generator(6);

void swap_bytes(char* a, char* b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char const kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

struct heap {
    char* base;
    size_t size; // of an element
    int (*compare)(void const* a, void const* b);
    void (*swap)(void* a, void* b, int size); // null: by bytes

    bool is_less(size_t i, size_t j) const { return compare(base + i * size, base + j * size) < 0; }

    void exchange(size_t i, size_t j) const
    {
        if (swap != nullptr)
            swap(base + i * size, base + j * size, static_cast<int>(size));
        else
            swap_bytes(base + i * size, base + j * size, size);
    }

    // Element `i` goes down to where it belongs, among the first `count`.
    void sink(size_t i, size_t count) const
    {
        for (size_t child = 2 * i + 1; child < count; child = 2 * i + 1) {
            if (child + 1 < count && is_less(child, child + 1))
                child++;
            if (!is_less(i, child))
                return;
            exchange(i, child);
            i = child;
        }
    }
};

} // namespace

extern "C" {

uint32_t get_random_u32()
{
    unsigned long flags;
    lib::spin_lock_irqsave(random_lock, flags);
    uint32_t const value = generator.next();
    lib::spin_unlock_irqrestore(random_lock, flags);
    return value;
}
EXPORT_SYMBOL(get_random_u32);

uint64_t get_random_u64()
{
    uint64_t const high = get_random_u32();
    return high << 32 | get_random_u32();
}
EXPORT_SYMBOL(get_random_u64);

void get_random_bytes(void* bytes, size_t length)
{
    auto* at = static_cast<char*>(bytes);
    while (length > 0) {
        uint32_t const word = get_random_u32();
        size_t const taken = lib::min(length, sizeof(word));
        memcpy(at, &word, taken);
        at += taken;
        length -= taken;
    }
}
EXPORT_SYMBOL(get_random_bytes);

// A heap sort, as Linux' lib/sort.c.
void sort(void* base, size_t count, size_t size, int (*compare)(void const* a, void const* b),
          void (*swap)(void* a, void* b, int size))
{
    heap const h = {static_cast<char*>(base), size, compare, swap};
    for (size_t i = count / 2; i-- > 0;)
        h.sink(i, count);
    for (size_t last = count; last-- > 1;) {
        h.exchange(0, last);
        h.sink(0, last);
    }
}
EXPORT_SYMBOL(sort);

} // extern "C"
