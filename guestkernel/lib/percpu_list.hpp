// Singly linked lists of free objects, one for each CPU, taken from and added to without a lock.
//
//   container:  | ... link_offset ... | head of CPU 0 | head of CPU 1 | ...    `stride` bytes apart
//   head:       | first object | owner | ...
//   object:     | ... | next object, at link_offset | ...
//
// Other CPUs never touch a head; who changes it otherwise turns interrupts off. See
// restartable.hpp.
#pragma once

#include "guestkernel/lib/percpu.hpp"
#include "guestkernel/lib/restartable.hpp"

namespace pagelab::lib {

struct percpu_list_head {
    void* first;
    void* owner; // what the objects are parts of
};

// Where things are in the container, in bytes.
struct percpu_list_layout {
    unsigned heads;
    unsigned stride;
    unsigned link_offset; // an unsigned
};

#if __STDC_HOSTED__

template<percpu_list_layout kAt>
percpu_list_head& this_cpu_list(char* container)
{
    return *reinterpret_cast<percpu_list_head*>(container + kAt.heads +
                                                smp_processor_id() * kAt.stride);
}

template<percpu_list_layout kAt>
void*& list_link(char* container, void* object)
{
    using link [[gnu::may_alias]] = void*;
    auto const offset = *reinterpret_cast<unsigned const*>(container + kAt.link_offset);
    return *reinterpret_cast<link*>(static_cast<char*>(object) + offset);
}

// Takes this CPU's first object; false: it has none.
template<percpu_list_layout kAt>
bool percpu_list_pop(void* container, void*& object)
{
    auto* const bytes = static_cast<char*>(container);
    percpu_list_head& head = this_cpu_list<kAt>(bytes);
    if (head.first == nullptr)
        return false;
    object = head.first;
    head.first = list_link<kAt>(bytes, object);
    return true;
}

// Adds an object of `owner`; false: this CPU's list is another's.
template<percpu_list_layout kAt>
bool percpu_list_push(void* container, void const* owner, void* object)
{
    auto* const bytes = static_cast<char*>(container);
    percpu_list_head& head = this_cpu_list<kAt>(bytes);
    if (head.owner != owner)
        return false;
    list_link<kAt>(bytes, object) = head.first;
    head.first = object;
    return true;
}

#else

template<percpu_list_layout kAt>
[[gnu::always_inline]] inline bool percpu_list_pop(void* container, void*& object)
{
    uintptr_t head, next;
    void* first;
    asm goto(RESTARTABLE("mov " PERCPU_SEGMENT "%[cpu], %k[head]\n"
                         "imul %[stride], %[head], %[head]\n"
                         "mov %c[heads](%[container],%[head]), %[object]\n"
                         "test %[object], %[object]\n"
                         "jz %l[empty]\n"
                         "mov %c[link](%[container]), %k[next]\n"
                         "mov (%[object],%[next]), %[next]\n"
                         "mov %[next], %c[heads](%[container],%[head])")
             : [head] "=&r"(head), [next] "=&r"(next), [object] "=&r"(first)
             : [cpu] "m"(cpu_number), [container] "r"(container), [heads] "i"(kAt.heads),
               [stride] "i"(kAt.stride), [link] "i"(kAt.link_offset)
             : "memory", "cc"
             : empty);
    object = first;
    return true;
empty:
    return false;
}

template<percpu_list_layout kAt>
[[gnu::always_inline]] inline bool percpu_list_push(void* container, void const* owner,
                                                    void* object)
{
    constexpr unsigned kOwner = kAt.heads + __builtin_offsetof(percpu_list_head, owner);
    uintptr_t head, next, link;
    asm goto(RESTARTABLE("mov " PERCPU_SEGMENT "%[cpu], %k[head]\n"
                         "imul %[stride], %[head], %[head]\n"
                         "cmp %[owner], %c[owner_at](%[container],%[head])\n"
                         "jne %l[foreign]\n"
                         "mov %c[link_at](%[container]), %k[link]\n"
                         "mov %c[heads](%[container],%[head]), %[next]\n"
                         "mov %[next], (%[object],%[link])\n"
                         "mov %[object], %c[heads](%[container],%[head])")
             : [head] "=&r"(head), [next] "=&r"(next), [link] "=&r"(link)
             : [cpu] "m"(cpu_number), [container] "r"(container), [heads] "i"(kAt.heads),
               [stride] "i"(kAt.stride), [link_at] "i"(kAt.link_offset), [owner] "r"(owner),
               [owner_at] "i"(kOwner), [object] "r"(object)
             : "memory", "cc"
             : foreign);
    return true;
foreign:
    return false;
}

#endif

} // namespace pagelab::lib
