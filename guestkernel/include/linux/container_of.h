// From a member to the struct around it. Source: Linux 6.1 include/linux/container_of.h.
#pragma once

#include <linux/stddef.h>

#define container_of(pointer, type, member)                                                        \
    ({                                                                                             \
        __typeof__(((type*)0)->member) const* __member = (pointer);                                \
        (type*)((char*)__member - offsetof(type, member));                                         \
    })
#define typeof_member(type, member) __typeof__(((type*)0)->member)
