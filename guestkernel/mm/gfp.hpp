// GFP flags: what the caller of the page allocator will accept, and how hard it may try.
//
// The lowest four bits choose the zone, the next bit with bit 3 the migrate type. Values are those
// of Linux 6.1 include/linux/gfp_types.h; those that concern cpusets, accounting and NUMA are
// accepted and have no effect.
#pragma once

namespace pagelab::mm {

using gfp_t = unsigned;

inline constexpr gfp_t __GFP_DMA = 0x01;
inline constexpr gfp_t __GFP_HIGHMEM = 0x02;
inline constexpr gfp_t __GFP_DMA32 = 0x04;
inline constexpr gfp_t __GFP_MOVABLE = 0x08;
inline constexpr gfp_t GFP_ZONEMASK = 0x0f;
inline constexpr gfp_t __GFP_RECLAIMABLE = 0x10;
inline constexpr gfp_t __GFP_HIGH = 0x20; // may go half way below the min watermark
inline constexpr gfp_t __GFP_IO = 0x40;
inline constexpr gfp_t __GFP_FS = 0x80;
inline constexpr gfp_t __GFP_ZERO = 0x100;   // if the environment can reach the page
inline constexpr gfp_t __GFP_ATOMIC = 0x200; // may go another quarter below, and take HighAtomic
inline constexpr gfp_t __GFP_DIRECT_RECLAIM = 0x400;
inline constexpr gfp_t __GFP_KSWAPD_RECLAIM = 0x800;
inline constexpr gfp_t __GFP_RECLAIM = 0xc00;
inline constexpr gfp_t __GFP_WRITE = 0x1000;
inline constexpr gfp_t __GFP_NOWARN = 0x2000;
inline constexpr gfp_t __GFP_RETRY_MAYFAIL = 0x4000;
inline constexpr gfp_t __GFP_NOFAIL = 0x8000;
inline constexpr gfp_t __GFP_NORETRY = 0x1'0000;
inline constexpr gfp_t __GFP_MEMALLOC = 0x2'0000; // ignores the watermarks
inline constexpr gfp_t __GFP_COMP = 0x4'0000;
inline constexpr gfp_t __GFP_NOMEMALLOC = 0x8'0000;
inline constexpr gfp_t __GFP_HARDWALL = 0x10'0000;
inline constexpr gfp_t __GFP_THISNODE = 0x20'0000;
inline constexpr gfp_t __GFP_ACCOUNT = 0x40'0000;

inline constexpr gfp_t GFP_ATOMIC = __GFP_HIGH | __GFP_ATOMIC | __GFP_KSWAPD_RECLAIM;
inline constexpr gfp_t GFP_KERNEL = __GFP_RECLAIM | __GFP_IO | __GFP_FS;
inline constexpr gfp_t GFP_NOWAIT = __GFP_KSWAPD_RECLAIM;
inline constexpr gfp_t GFP_NOIO = __GFP_RECLAIM;
inline constexpr gfp_t GFP_NOFS = __GFP_RECLAIM | __GFP_IO;
inline constexpr gfp_t GFP_USER = GFP_KERNEL | __GFP_HARDWALL;
inline constexpr gfp_t GFP_DMA = __GFP_DMA;
inline constexpr gfp_t GFP_DMA32 = __GFP_DMA32;
inline constexpr gfp_t GFP_HIGHUSER = GFP_USER | __GFP_HIGHMEM;
inline constexpr gfp_t GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER | __GFP_MOVABLE;

static_assert(GFP_KERNEL == 0xcc0 && GFP_ATOMIC == 0xa20); // as in Linux' allocation failures
static_assert(GFP_HIGHUSER_MOVABLE == 0x100cca);

} // namespace pagelab::mm
