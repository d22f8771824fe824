// Numbers from text, whole and in range, or -EINVAL and -ERANGE. Source: Linux 6.1
// include/linux/kstrtox.h.
#pragma once

#include <linux/types.h>

__BEGIN_DECLS
int __must_check kstrtoull(char const* text, unsigned int base, unsigned long long* result);
int __must_check kstrtoll(char const* text, unsigned int base, long long* result);
int __must_check kstrtouint(char const* text, unsigned int base, unsigned int* result);
int __must_check kstrtoint(char const* text, unsigned int base, int* result);
int __must_check kstrtou8(char const* text, unsigned int base, u8* result);
int __must_check kstrtou16(char const* text, unsigned int base, u16* result);
int __must_check kstrtobool(char const* text, bool* result);
__END_DECLS

static inline int __must_check kstrtoul(char const* text, unsigned int base, unsigned long* result)
{
    return sizeof(long) == sizeof(int) ? kstrtouint(text, base, (unsigned int*)result)
                                       : kstrtoull(text, base, (unsigned long long*)result);
}

static inline int __must_check kstrtol(char const* text, unsigned int base, long* result)
{
    return sizeof(long) == sizeof(int) ? kstrtoint(text, base, (int*)result)
                                       : kstrtoll(text, base, (long long*)result);
}
