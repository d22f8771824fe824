// Hashing by multiplication. Source: Linux 6.1 include/linux/hash.h.
#pragma once

#include <linux/types.h>

#define GOLDEN_RATIO_32 0x61c88647u
#define GOLDEN_RATIO_64 0x61c8864680b583ebull

static inline u32 hash_32(u32 value, unsigned int bits)
{
    return (value * GOLDEN_RATIO_32) >> (32 - bits);
}

static inline u32 hash_64(u64 value, unsigned int bits)
{
    return (u32)((value * GOLDEN_RATIO_64) >> (64 - bits));
}

static inline u32 hash_long(unsigned long value, unsigned int bits)
{
    return sizeof(value) == 4 ? hash_32((u32)value, bits) : hash_64(value, bits);
}

static inline u32 hash_ptr(void const* pointer, unsigned int bits)
{
    return hash_long((unsigned long)pointer, bits);
}
