// Memory and strings. Source: Linux 6.1 include/linux/string.h.
#pragma once

#include <linux/errno.h>
#include <linux/types.h>

__BEGIN_DECLS
void* memset(void* destination, int value, size_t length);
void* memcpy(void* destination, void const* source, size_t length);
void* memmove(void* destination, void const* source, size_t length);
int memcmp(void const* left, void const* right, size_t length);
void* memchr(void const* bytes, int value, size_t length);
size_t strlen(char const* text);
size_t strnlen(char const* text, size_t most);
int strcmp(char const* left, char const* right);
int strncmp(char const* left, char const* right, size_t length);
char* strcpy(char* destination, char const* source);
char* strncpy(char* destination, char const* source, size_t length);
char* strcat(char* destination, char const* source);
char* strchr(char const* text, int c);
char* strrchr(char const* text, int c);
char* strstr(char const* text, char const* wanted);
// The length copied, or -E2BIG when the text was cut.
ssize_t strscpy(char* destination, char const* source, size_t size);
size_t strlcpy(char* destination, char const* source, size_t size);
char* strim(char* text);
char* skip_spaces(char const* text);
char* strsep(char** text, char const* separators);
void* kmemdup(void const* bytes, size_t length, gfp_t gfp);
char* kstrdup(char const* text, gfp_t gfp);
char* kstrndup(char const* text, size_t most, gfp_t gfp);
__END_DECLS

#define memzero_explicit(destination, length) memset((destination), 0, (length))
#define strstrip(text) strim(text)
