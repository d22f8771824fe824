// Arrays of pointers with any indices, as long as what is in them; each has a lock of its own.
//
// An entry's index may be given or looked for. NULL where nothing is. A function that can fail
// for lack of memory gives a pointer that xa_is_err() knows. Deliberately absent: marks, entries
// over several indices, the advanced interface. Source: Linux 6.1 include/linux/xarray.h.
#pragma once

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/limits.h>
#include <linux/rbtree.h>
#include <linux/spinlock.h>

// What is in it is the layout of guestkernel/kernel/exports/xarray.hpp.
struct xarray {
    spinlock_t xa_lock;
    gfp_t xa_flags;
    struct rb_root xa_root;
};

struct xa_limit {
    u32 max;
    u32 min;
};

#define XA_FLAGS_LOCK_IRQ ((gfp_t)1)
#define XA_FLAGS_LOCK_BH ((gfp_t)2)
#define XA_FLAGS_ALLOC ((gfp_t)4)   // for xa_alloc(), from 0
#define XA_FLAGS_ALLOC1 ((gfp_t)12) // from 1

// clang-format off
#define XARRAY_INIT(name, flags) {__SPIN_LOCK_UNLOCKED((name).xa_lock), (flags), {NULL}}
#define XA_LIMIT(low, high) (struct xa_limit) {.max = (high), .min = (low)}
// clang-format on
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name) DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)

typedef unsigned int xa_mark_t;
#define XA_PRESENT ((xa_mark_t)8)

__BEGIN_DECLS
void* xa_load(struct xarray* xa, unsigned long index);
void* xa_store(struct xarray* xa, unsigned long index, void* entry, gfp_t gfp);
void* xa_erase(struct xarray* xa, unsigned long index);
void* xa_cmpxchg(struct xarray* xa, unsigned long index, void* old, void* entry, gfp_t gfp);
int __must_check xa_insert(struct xarray* xa, unsigned long index, void* entry, gfp_t gfp);
int __must_check xa_alloc(struct xarray* xa, u32* id, void* entry, struct xa_limit limit,
                          gfp_t gfp);
int __must_check xa_alloc_cyclic(struct xarray* xa, u32* id, void* entry, struct xa_limit limit,
                                 u32* next, gfp_t gfp);
void* xa_find(struct xarray* xa, unsigned long* index, unsigned long max, xa_mark_t filter);
void* xa_find_after(struct xarray* xa, unsigned long* index, unsigned long max, xa_mark_t filter);
void xa_destroy(struct xarray* xa);
__END_DECLS

static inline void xa_init_flags(struct xarray* xa, gfp_t flags)
{
    spin_lock_init(&xa->xa_lock);
    xa->xa_flags = flags;
    xa->xa_root.rb_node = NULL;
}

static inline void xa_init(struct xarray* xa)
{
    xa_init_flags(xa, 0);
}

static inline bool xa_empty(struct xarray const* xa)
{
    return RB_EMPTY_ROOT(&xa->xa_root);
}

// Numbers instead of pointers.
static inline void* xa_mk_value(unsigned long value)
{
    return (void*)(value << 1 | 1);
}

static inline unsigned long xa_to_value(void const* entry)
{
    return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(void const* entry)
{
    return ((unsigned long)entry & 1) != 0;
}

static inline bool xa_is_err(void const* entry)
{
    return ((unsigned long)entry & 3) == 2 && (unsigned long)entry >= -4ul * MAX_ERRNO;
}

static inline int xa_err(void* entry)
{
    return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

#define xa_for_each_range(xa, index, entry, start, last)                                           \
    for (index = (start), entry = xa_find(xa, &index, last, XA_PRESENT); entry;                    \
         entry = xa_find_after(xa, &index, last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start)                                                 \
    xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)
