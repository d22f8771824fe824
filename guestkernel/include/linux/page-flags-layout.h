// Where the zone's number is in page.flags. Source: Linux 6.1 include/linux/page-flags-layout.h.
#pragma once

#ifdef __x86_64__
#define ZONES_WIDTH 3
#define ZONES_PGSHIFT 51
#else
#define ZONES_WIDTH 2
#define ZONES_PGSHIFT 30
#endif
#define ZONES_MASK ((1UL << ZONES_WIDTH) - 1)
