// Objects freed by their last user. Source: Linux 6.1 include/linux/kref.h.
#pragma once

#include <linux/refcount.h>

struct kref {
    refcount_t refcount;
};

static inline void kref_init(struct kref* kref)
{
    refcount_set(&kref->refcount, 1);
}

static inline unsigned int kref_read(struct kref const* kref)
{
    return refcount_read(&kref->refcount);
}

static inline void kref_get(struct kref* kref)
{
    refcount_inc(&kref->refcount);
}

static inline int kref_put(struct kref* kref, void (*release)(struct kref* kref))
{
    if (!refcount_dec_and_test(&kref->refcount))
        return 0;
    release(kref);
    return 1;
}
