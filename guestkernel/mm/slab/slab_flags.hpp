// SLAB_ flags: what a cache's creator asks for, and what debugging is on.
//
// Values are those of Linux 6.1 include/linux/slab.h; the two internal ones, mm/slub.c.
#pragma once

namespace pagelab::mm {

using slab_flags_t = unsigned;

inline constexpr slab_flags_t SLAB_CONSISTENCY_CHECKS = 0x100;
inline constexpr slab_flags_t SLAB_RED_ZONE = 0x400; // bytes around each object are watched
inline constexpr slab_flags_t SLAB_POISON = 0x800;   // free objects are filled, and watched
inline constexpr slab_flags_t SLAB_KMALLOC = 0x1000;
inline constexpr slab_flags_t SLAB_HWCACHE_ALIGN = 0x2000;
inline constexpr slab_flags_t SLAB_CACHE_DMA = 0x4000;
inline constexpr slab_flags_t SLAB_CACHE_DMA32 = 0x8000;
inline constexpr slab_flags_t SLAB_STORE_USER = 0x1'0000; // who allocated and freed an object last
inline constexpr slab_flags_t SLAB_RECLAIM_ACCOUNT = 0x2'0000;
inline constexpr slab_flags_t SLAB_PANIC = 0x4'0000; // panic if the cache cannot be created
inline constexpr slab_flags_t SLAB_TYPESAFE_BY_RCU = 0x8'0000;
inline constexpr slab_flags_t SLAB_MEM_SPREAD = 0x10'0000;
inline constexpr slab_flags_t SLAB_TRACE = 0x20'0000;
inline constexpr slab_flags_t SLAB_DEBUG_OBJECTS = 0x40'0000;
inline constexpr slab_flags_t SLAB_NOLEAKTRACE = 0x80'0000;
inline constexpr slab_flags_t SLAB_FAILSLAB = 0x200'0000;
inline constexpr slab_flags_t SLAB_ACCOUNT = 0x400'0000;
inline constexpr slab_flags_t SLAB_NO_USER_FLAGS = 0x1000'0000; // slub_debug= does not apply
inline constexpr slab_flags_t SLAB_OBJECT_POISON = 0x8000'0000; // __OBJECT_POISON: set by SLUB

inline constexpr slab_flags_t SLAB_DEBUG_FLAGS =
    SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER | SLAB_TRACE | SLAB_CONSISTENCY_CHECKS;

// Caches with any of these stay alone; the others of MERGE_SAME must agree.
inline constexpr slab_flags_t SLAB_NEVER_MERGE = SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER |
                                                 SLAB_TRACE | SLAB_TYPESAFE_BY_RCU |
                                                 SLAB_NOLEAKTRACE | SLAB_FAILSLAB;
inline constexpr slab_flags_t SLAB_MERGE_SAME =
    SLAB_RECLAIM_ACCOUNT | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 | SLAB_ACCOUNT;

// All that kmem_cache_create accepts: SLAB_FLAGS_PERMITTED.
inline constexpr slab_flags_t SLAB_FLAGS_PERMITTED =
    SLAB_DEBUG_FLAGS | SLAB_HWCACHE_ALIGN | SLAB_CACHE_DMA | SLAB_CACHE_DMA32 |
    SLAB_RECLAIM_ACCOUNT | SLAB_PANIC | SLAB_TYPESAFE_BY_RCU | SLAB_MEM_SPREAD |
    SLAB_DEBUG_OBJECTS | SLAB_NOLEAKTRACE | SLAB_FAILSLAB | SLAB_ACCOUNT | SLAB_KMALLOC |
    SLAB_NO_USER_FLAGS;

// What objects, red zones and padding are filled with: include/linux/poison.h.
inline constexpr unsigned char SLUB_RED_INACTIVE = 0xbb; // red zone of a free object
inline constexpr unsigned char SLUB_RED_ACTIVE = 0xcc;   // red zone of an object in use
inline constexpr unsigned char POISON_INUSE = 0x5a;      // never used yet, and padding
inline constexpr unsigned char POISON_FREE = 0x6b;
inline constexpr unsigned char POISON_END = 0xa5; // last byte of a poisoned object

} // namespace pagelab::mm
