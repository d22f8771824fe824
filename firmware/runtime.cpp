// What the compiler may call by itself even in freestanding code.
#include <stddef.h>

extern "C" void* memcpy(void* to, void const* from, size_t size);
extern "C" void* memset(void* to, int value, size_t size);

extern "C" void* memcpy(void* to, void const* from, size_t size)
{
    void* at = to;
    asm volatile("rep movsb" : "+D"(at), "+S"(from), "+c"(size) : : "memory");
    return to;
}

extern "C" void* memset(void* to, int value, size_t size)
{
    void* at = to;
    asm volatile("rep stosb" : "+D"(at), "+c"(size) : "a"(value) : "memory");
    return to;
}
