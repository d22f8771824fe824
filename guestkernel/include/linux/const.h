// Constants for C and assembly; single bits. Source: Linux 6.1 include/vdso/const.h, bits.h.
#pragma once

#define _AC(value, suffix) __PASTE(value, suffix)
#define _AT(type, value) ((type)(value))
#define _UL(value) _AC(value, UL)
#define _ULL(value) _AC(value, ULL)
#define UL(value) _UL(value)
#define ULL(value) _ULL(value)
#define _BITUL(n) (1ul << (n))
#define _BITULL(n) (1ull << (n))
