// The C memory and string functions a compiler and a kernel expect, with their ISO C meaning.
//
// On the host the C library has them; string.cpp is compiled for the guest only.
#pragma once

#include <stddef.h>

extern "C" {
void* memcpy(void* destination, void const* source, size_t length);
void* memmove(void* destination, void const* source, size_t length);
void* memset(void* destination, int value, size_t length);
int memcmp(void const* left, void const* right, size_t length);
size_t strlen(char const* text);
int strcmp(char const* left, char const* right);
int strncmp(char const* left, char const* right, size_t length);
}
