// Bits of words and of arrays of words.
//
// set_bit and its family are atomic; those with __ are not. Source: Linux 6.1
// include/linux/bitops.h, include/asm-generic/bitops/.
#pragma once

#include <asm/barrier.h>
#include <linux/bits.h>

#define __BIT_WORD_OF(n, address) ((address) + BIT_WORD(n))

static inline bool test_bit(long n, unsigned long const volatile* address)
{
    return (*__BIT_WORD_OF(n, address) >> (n % BITS_PER_LONG)) & 1;
}

static inline void set_bit(long n, unsigned long volatile* address)
{
    __atomic_fetch_or(__BIT_WORD_OF(n, address), BIT_MASK(n), __ATOMIC_SEQ_CST);
}

static inline void clear_bit(long n, unsigned long volatile* address)
{
    __atomic_fetch_and(__BIT_WORD_OF(n, address), ~BIT_MASK(n), __ATOMIC_SEQ_CST);
}

static inline void change_bit(long n, unsigned long volatile* address)
{
    __atomic_fetch_xor(__BIT_WORD_OF(n, address), BIT_MASK(n), __ATOMIC_SEQ_CST);
}

static inline bool test_and_set_bit(long n, unsigned long volatile* address)
{
    unsigned long mask = BIT_MASK(n);
    return __atomic_fetch_or(__BIT_WORD_OF(n, address), mask, __ATOMIC_SEQ_CST) & mask;
}

static inline bool test_and_clear_bit(long n, unsigned long volatile* address)
{
    unsigned long mask = BIT_MASK(n);
    return __atomic_fetch_and(__BIT_WORD_OF(n, address), ~mask, __ATOMIC_SEQ_CST) & mask;
}

static inline bool test_and_change_bit(long n, unsigned long volatile* address)
{
    unsigned long mask = BIT_MASK(n);
    return __atomic_fetch_xor(__BIT_WORD_OF(n, address), mask, __ATOMIC_SEQ_CST) & mask;
}

static inline void __set_bit(long n, unsigned long volatile* address)
{
    address[BIT_WORD(n)] = address[BIT_WORD(n)] | BIT_MASK(n);
}

static inline void __clear_bit(long n, unsigned long volatile* address)
{
    address[BIT_WORD(n)] = address[BIT_WORD(n)] & ~BIT_MASK(n);
}

static inline void __change_bit(long n, unsigned long volatile* address)
{
    address[BIT_WORD(n)] = address[BIT_WORD(n)] ^ BIT_MASK(n);
}

// Positions of the first and last bit set; undefined for 0.
static inline unsigned long __ffs(unsigned long word)
{
    return (unsigned long)__builtin_ctzl(word);
}

static inline unsigned long __fls(unsigned long word)
{
    return BITS_PER_LONG - 1 - (unsigned long)__builtin_clzl(word);
}

#define ffz(word) __ffs(~(word))

// The same counted from 1; 0 for 0.
static inline int ffs(int word)
{
    return __builtin_ffs(word);
}

static inline int fls(unsigned int word)
{
    return word ? 32 - __builtin_clz(word) : 0;
}

static inline int fls64(u64 word)
{
    return word ? 64 - __builtin_clzll(word) : 0;
}

static inline unsigned int hweight32(u32 word)
{
    unsigned int count = 0;
    for (; word; word &= word - 1)
        count++;
    return count;
}

static inline unsigned long hweight64(u64 word)
{
    return hweight32((u32)word) + hweight32((u32)(word >> 32));
}

static inline unsigned long hweight_long(unsigned long word)
{
    return sizeof(word) == 4 ? hweight32((u32)word) : hweight64(word);
}

static inline u32 rol32(u32 word, unsigned int shift)
{
    return (word << (shift & 31)) | (word >> ((-shift) & 31));
}

static inline u32 ror32(u32 word, unsigned int shift)
{
    return (word >> (shift & 31)) | (word << ((-shift) & 31));
}

// The first bit from `from` on that is set (or clear); `size` if there is none.
static inline unsigned long find_next_bit(unsigned long const* address, unsigned long size,
                                          unsigned long from)
{
    while (from < size && !test_bit((long)from, address))
        from++;
    return from < size ? from : size;
}

static inline unsigned long find_next_zero_bit(unsigned long const* address, unsigned long size,
                                               unsigned long from)
{
    while (from < size && test_bit((long)from, address))
        from++;
    return from < size ? from : size;
}

#define find_first_bit(address, size) find_next_bit((address), (size), 0)
#define find_first_zero_bit(address, size) find_next_zero_bit((address), (size), 0)
#define for_each_set_bit(bit, address, size)                                                       \
    for ((bit) = find_first_bit((address), (size)); (bit) < (size);                                \
         (bit) = find_next_bit((address), (size), (bit) + 1))
#define for_each_clear_bit(bit, address, size)                                                     \
    for ((bit) = find_first_zero_bit((address), (size)); (bit) < (size);                           \
         (bit) = find_next_zero_bit((address), (size), (bit) + 1))
