// kswapd0: the thread that reclaims memory in the background (mm/kswapd.cpp).
//
// The page allocator wakes it when a zone falls below its low watermark. It begins with kthreadd;
// until then direct reclaim does without. Source: Linux 6.1 mm/vmscan.c (kswapd).
#pragma once

namespace pagelab::kernel {

void kswapd_start(); // once
void wake_kswapd();  // anywhere

} // namespace pagelab::kernel
