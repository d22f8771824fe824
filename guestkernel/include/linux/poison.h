// Values that show where memory is used that should not be. Source: Linux 6.1
// include/linux/poison.h, CONFIG_ILLEGAL_POINTER_VALUE.
#pragma once

#ifdef __x86_64__
#define POISON_POINTER_DELTA 0xdead000000000000ul
#else
#define POISON_POINTER_DELTA 0ul
#endif

#define LIST_POISON1 ((void*)(0x100 + POISON_POINTER_DELTA))
#define LIST_POISON2 ((void*)(0x122 + POISON_POINTER_DELTA))

#define SLUB_RED_INACTIVE 0xbb
#define SLUB_RED_ACTIVE 0xcc
#define POISON_INUSE 0x5a
#define POISON_FREE 0x6b
#define POISON_END 0xa5
