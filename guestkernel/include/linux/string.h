// Memory and strings. Source: Linux 6.1 include/linux/string.h.
#pragma once

#include <linux/types.h>

__BEGIN_DECLS
void* memset(void* destination, int value, size_t length);
void* memcpy(void* destination, void const* source, size_t length);
void* memmove(void* destination, void const* source, size_t length);
int memcmp(void const* left, void const* right, size_t length);
size_t strlen(char const* text);
int strcmp(char const* left, char const* right);
int strncmp(char const* left, char const* right, size_t length);
__END_DECLS
