// Shrinkers: caches that can give memory back when asked. Source: Linux 6.1
// include/linux/shrinker.h; the layout is that of guestkernel/mm/shrinker.hpp.
#pragma once

#include <linux/atomic.h>
#include <linux/gfp_types.h>
#include <linux/list.h>

struct shrink_control {
    gfp_t gfp_mask;
    unsigned long nr_to_scan;
    unsigned long nr_scanned;
};

#define SHRINK_STOP (~0UL)
#define SHRINK_EMPTY (~0UL - 1)
#define DEFAULT_SEEKS 2

struct shrinker {
    unsigned long (*count_objects)(struct shrinker* shrinker, struct shrink_control* control);
    unsigned long (*scan_objects)(struct shrinker* shrinker, struct shrink_control* control);
    long batch; // objects per call; 0: 128
    int seeks;
    struct list_head list;
    atomic_long_t nr_deferred;
    unsigned nr_users; // the kernel's
};

__BEGIN_DECLS
int __printf(2, 3) register_shrinker(struct shrinker* shrinker, char const* name, ...);
void unregister_shrinker(struct shrinker* shrinker);
__END_DECLS
