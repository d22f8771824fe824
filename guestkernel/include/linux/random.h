// Random numbers: the same ones in each run, as everything on this machine. Source: Linux 6.1
// include/linux/random.h, prandom.h.
#pragma once

#include <linux/types.h>

__BEGIN_DECLS
void get_random_bytes(void* bytes, size_t length);
u32 get_random_u32(void);
u64 get_random_u64(void);
__END_DECLS

#define get_random_u8() ((u8)get_random_u32())
#define get_random_u16() ((u16)get_random_u32())
#define get_random_int() ((unsigned int)get_random_u32())
#define get_random_long() ((unsigned long)get_random_u64())
#define prandom_u32() get_random_u32()
#define prandom_bytes(bytes, length) get_random_bytes(bytes, length)

// Below `ceiling`.
static inline u32 prandom_u32_max(u32 ceiling)
{
    return (u32)(((u64)get_random_u32() * ceiling) >> 32);
}
