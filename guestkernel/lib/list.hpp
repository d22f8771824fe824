// Linux' doubly linked circular list: the links live inside the objects, the head is one more link.
//
//   free_list -> page.lru -> page.lru -> (free_list)
//
// Nothing is owned or allocated. An object unlinked by list_del holds two addresses that fault, so
// that its next use shows. Source: Linux 6.1 include/linux/list.h, include/linux/poison.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab::lib {

struct list_head {
    list_head* next;
    list_head* prev;
};

inline constexpr uintptr_t kPoisonPointerDelta =
    sizeof(void*) == 8 ? static_cast<uintptr_t>(0xdead'0000'0000'0000) : 0;
inline constexpr uintptr_t kListPoison1 = 0x100 + kPoisonPointerDelta; // next
inline constexpr uintptr_t kListPoison2 = 0x122 + kPoisonPointerDelta; // prev

inline void init_list_head(list_head& head)
{
    head.next = &head;
    head.prev = &head;
}

inline bool list_empty(list_head const& head)
{
    return head.next == &head;
}

inline void list_insert_between(list_head& entry, list_head& before, list_head& after)
{
    after.prev = &entry;
    entry.next = &after;
    entry.prev = &before;
    before.next = &entry;
}

inline void list_add(list_head& entry, list_head& head)
{
    list_insert_between(entry, head, *head.next);
}

inline void list_add_tail(list_head& entry, list_head& head)
{
    list_insert_between(entry, *head.prev, head);
}

inline void list_del(list_head& entry)
{
    entry.next->prev = entry.prev;
    entry.prev->next = entry.next;
    entry.next = reinterpret_cast<list_head*>(kListPoison1);
    entry.prev = reinterpret_cast<list_head*>(kListPoison2);
}

inline void list_move(list_head& entry, list_head& head)
{
    entry.next->prev = entry.prev;
    entry.prev->next = entry.next;
    list_add(entry, head);
}

inline void list_move_tail(list_head& entry, list_head& head)
{
    entry.next->prev = entry.prev;
    entry.prev->next = entry.next;
    list_add_tail(entry, head);
}

} // namespace pagelab::lib

// The object of this type whose `member` is at `pointer` (a list_head*, not null).
#define CONTAINER_OF(pointer, type, member)                                                        \
    reinterpret_cast<type*>(reinterpret_cast<uintptr_t>(pointer) - offsetof(type, member))
