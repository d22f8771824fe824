// Divisions of 64 bits, which i686 has no instruction for. Source: Linux 6.1
// include/linux/math64.h, arch/x86/include/asm/div64.h.
#pragma once

#include <linux/types.h>

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32* remainder)
{
#ifdef __x86_64__
    *remainder = (u32)(dividend % divisor);
    return dividend / divisor;
#else
    u32 high = (u32)(dividend >> 32);
    u32 low = (u32)dividend;
    u32 high_quotient = high / divisor;
    high %= divisor;
    __asm__("divl %2" : "+a"(low), "+d"(high) : "rm"(divisor) : "cc");
    *remainder = high;
    return (u64)high_quotient << 32 | low;
#endif
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
    u32 remainder;
    return div_u64_rem(dividend, divisor, &remainder);
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
    u64 quotient = div_u64(dividend < 0 ? -(u64)dividend : (u64)dividend,
                           divisor < 0 ? -(u32)divisor : (u32)divisor);
    return (dividend < 0) != (divisor < 0) ? -(s64)quotient : (s64)quotient;
}

// Divides n in place; its value is the remainder.
#define do_div(n, divisor)                                                                         \
    ({                                                                                             \
        u32 __remainder;                                                                           \
        (n) = div_u64_rem((n), (u32)(divisor), &__remainder);                                      \
        __remainder;                                                                               \
    })

__BEGIN_DECLS
u64 div64_u64(u64 dividend, u64 divisor);
s64 div64_s64(s64 dividend, s64 divisor);
__END_DECLS
