// Small numbers for objects (IDR), or small numbers alone (IDA). Source: Linux 6.1
// include/linux/idr.h; both are arrays of linux/xarray.h, as there.
#pragma once

#include <linux/xarray.h>

struct idr {
    struct xarray idr_rt;
    unsigned int idr_base;
    unsigned int idr_next; // where a cyclic search begins
};

// clang-format off
#define IDR_INIT_BASE(name, base) {XARRAY_INIT((name).idr_rt, XA_FLAGS_ALLOC), (base), 0}
// clang-format on
#define IDR_INIT(name) IDR_INIT_BASE(name, 0)
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)

__BEGIN_DECLS
int idr_alloc(struct idr* idr, void* pointer, int start, int end, gfp_t gfp);
int idr_alloc_cyclic(struct idr* idr, void* pointer, int start, int end, gfp_t gfp);
int idr_alloc_u32(struct idr* idr, void* pointer, u32* id, unsigned long max, gfp_t gfp);
void* idr_replace(struct idr* idr, void* pointer, unsigned long id);
int idr_for_each(struct idr const* idr, int (*visit)(int id, void* pointer, void* data),
                 void* data);
void* idr_get_next(struct idr* idr, int* id);
__END_DECLS

static inline void idr_init_base(struct idr* idr, int base)
{
    xa_init_flags(&idr->idr_rt, XA_FLAGS_ALLOC);
    idr->idr_base = (unsigned int)base;
    idr->idr_next = 0;
}

static inline void idr_init(struct idr* idr)
{
    idr_init_base(idr, 0);
}

static inline void* idr_find(struct idr const* idr, unsigned long id)
{
    return xa_load((struct xarray*)&idr->idr_rt, id);
}

static inline void* idr_remove(struct idr* idr, unsigned long id)
{
    return xa_erase(&idr->idr_rt, id);
}

static inline void idr_destroy(struct idr* idr)
{
    xa_destroy(&idr->idr_rt);
}

static inline bool idr_is_empty(struct idr const* idr)
{
    return xa_empty(&idr->idr_rt);
}

// What idr_alloc() needs is allocated by itself, with the flags it is given.
static inline void idr_preload(gfp_t gfp)
{
    (void)gfp;
}

static inline void idr_preload_end(void) {}

static inline unsigned int idr_get_cursor(struct idr const* idr)
{
    return READ_ONCE(idr->idr_next);
}

#define idr_for_each_entry(idr, entry, id)                                                         \
    for ((id) = 0; ((entry) = (__typeof__(entry))idr_get_next((idr), &(id))) != NULL; (id)++)

struct ida {
    struct xarray xa;
};

// clang-format off
#define IDA_INIT(name) {XARRAY_INIT((name).xa, XA_FLAGS_ALLOC)}
// clang-format on
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

static inline void ida_init(struct ida* ida)
{
    xa_init_flags(&ida->xa, XA_FLAGS_ALLOC);
}

static inline int ida_alloc_range(struct ida* ida, unsigned int min, unsigned int max, gfp_t gfp)
{
    u32 id = 0;
    int const error = xa_alloc(&ida->xa, &id, xa_mk_value(0),
                               XA_LIMIT(min, max < INT_MAX ? max : (unsigned int)INT_MAX), gfp);
    return error == -EBUSY ? -ENOSPC : error < 0 ? error : (int)id;
}

static inline int ida_alloc(struct ida* ida, gfp_t gfp)
{
    return ida_alloc_range(ida, 0, ~0u, gfp);
}

static inline int ida_alloc_min(struct ida* ida, unsigned int min, gfp_t gfp)
{
    return ida_alloc_range(ida, min, ~0u, gfp);
}

static inline int ida_alloc_max(struct ida* ida, unsigned int max, gfp_t gfp)
{
    return ida_alloc_range(ida, 0, max, gfp);
}

static inline void ida_free(struct ida* ida, unsigned int id)
{
    xa_erase(&ida->xa, id);
}

static inline void ida_destroy(struct ida* ida)
{
    xa_destroy(&ida->xa);
}

static inline bool ida_is_empty(struct ida const* ida)
{
    return xa_empty(&ida->xa);
}

#define ida_simple_get(ida, start, end, gfp) ida_alloc_range(ida, start, (end)-1, gfp)
#define ida_simple_remove(ida, id) ida_free(ida, id)
