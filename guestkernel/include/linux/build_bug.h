// Errors of the compiler's for conditions it can decide. Source: Linux 6.1
// include/linux/build_bug.h.
#pragma once

#include <linux/compiler.h>

#define BUILD_BUG_ON_MSG(condition, text)                                                          \
    do {                                                                                           \
        static_assert(!(condition), text);                                                         \
    } while (0)
#define BUILD_BUG_ON(condition) BUILD_BUG_ON_MSG(condition, "BUILD_BUG_ON failed: " #condition)
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n)-1)) != 0))
#define BUILD_BUG_ON_ZERO(condition) ((int)(sizeof(char[1 - 2 * !!(condition)]) - 1))
#define BUILD_BUG() BUILD_BUG_ON_MSG(1, "BUILD_BUG failed")
