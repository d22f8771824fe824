// 64-bit division for i686, where the compiler calls a function for it. Guest only.
//
// Long division: one quotient bit per step, from the highest. Division by zero raises #DE as the
// instruction would. Names and meaning: LLVM compiler-rt, lib/builtins/README.txt.
#include <stdint.h>

namespace {

struct Quotient {
    uint64_t quotient;
    uint64_t remainder;
};

Quotient divide(uint64_t dividend, uint64_t divisor)
{
    auto const narrow = static_cast<uint32_t>(divisor);
    if (divisor <= UINT32_MAX && dividend <= UINT32_MAX)
        return {static_cast<uint32_t>(dividend) / narrow, static_cast<uint32_t>(dividend) % narrow};
    if (divisor == 0)
        asm volatile("divl %0" : : "r"(0) : "eax", "edx");
    Quotient result{0, 0}; // the shift loses no bit: the remainder has at most 63 before the last
    for (int bit = 63; bit >= 0; bit--) {
        result.remainder = result.remainder << 1 | ((dividend >> bit) & 1);
        if (result.remainder >= divisor) {
            result.remainder -= divisor;
            result.quotient |= uint64_t{1} << bit;
        }
    }
    return result;
}

uint64_t magnitude(int64_t value)
{
    auto const bits = static_cast<uint64_t>(value);
    return value < 0 ? 0 - bits : bits;
}

int64_t with_sign(uint64_t value, bool negative)
{
    return static_cast<int64_t>(negative ? 0 - value : value);
}

} // namespace

extern "C" {

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor);
uint64_t __umoddi3(uint64_t dividend, uint64_t divisor);
uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t* remainder);
int64_t __divdi3(int64_t dividend, int64_t divisor);
int64_t __moddi3(int64_t dividend, int64_t divisor);

uint64_t __udivdi3(uint64_t dividend, uint64_t divisor)
{
    return divide(dividend, divisor).quotient;
}

uint64_t __umoddi3(uint64_t dividend, uint64_t divisor)
{
    return divide(dividend, divisor).remainder;
}

uint64_t __udivmoddi4(uint64_t dividend, uint64_t divisor, uint64_t* remainder)
{
    Quotient const result = divide(dividend, divisor);
    if (remainder != nullptr)
        *remainder = result.remainder;
    return result.quotient;
}

int64_t __divdi3(int64_t dividend, int64_t divisor)
{
    uint64_t const quotient = divide(magnitude(dividend), magnitude(divisor)).quotient;
    return with_sign(quotient, (dividend < 0) != (divisor < 0));
}

int64_t __moddi3(int64_t dividend, int64_t divisor)
{
    return with_sign(divide(magnitude(dividend), magnitude(divisor)).remainder, dividend < 0);
}
}
