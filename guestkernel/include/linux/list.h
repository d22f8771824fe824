// Doubly linked circular lists and hash chains: the links live inside the objects.
//
// An object unlinked by list_del holds two addresses that fault, so that its next use shows.
// Source: Linux 6.1 include/linux/list.h.
#pragma once

#include <linux/compiler.h>
#include <linux/container_of.h>
#include <linux/poison.h>
#include <linux/types.h>

// clang-format off
#define LIST_HEAD_INIT(name) {&(name), &(name)}
#define HLIST_HEAD_INIT {NULL}
// clang-format on
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

static inline void INIT_LIST_HEAD(struct list_head* list)
{
    WRITE_ONCE(list->next, list);
    WRITE_ONCE(list->prev, list);
}

static inline void __list_add(struct list_head* entry, struct list_head* prev,
                              struct list_head* next)
{
    next->prev = entry;
    entry->next = next;
    entry->prev = prev;
    WRITE_ONCE(prev->next, entry);
}

static inline void list_add(struct list_head* entry, struct list_head* head)
{
    __list_add(entry, head, head->next);
}

static inline void list_add_tail(struct list_head* entry, struct list_head* head)
{
    __list_add(entry, head->prev, head);
}

static inline void __list_del(struct list_head* prev, struct list_head* next)
{
    next->prev = prev;
    WRITE_ONCE(prev->next, next);
}

static inline void __list_del_entry(struct list_head* entry)
{
    __list_del(entry->prev, entry->next);
}

static inline void list_del(struct list_head* entry)
{
    __list_del_entry(entry);
    entry->next = (struct list_head*)LIST_POISON1;
    entry->prev = (struct list_head*)LIST_POISON2;
}

static inline void list_del_init(struct list_head* entry)
{
    __list_del_entry(entry);
    INIT_LIST_HEAD(entry);
}

static inline void list_replace(struct list_head* old, struct list_head* entry)
{
    entry->next = old->next;
    entry->next->prev = entry;
    entry->prev = old->prev;
    entry->prev->next = entry;
}

static inline void list_replace_init(struct list_head* old, struct list_head* entry)
{
    list_replace(old, entry);
    INIT_LIST_HEAD(old);
}

static inline void list_move(struct list_head* list, struct list_head* head)
{
    __list_del_entry(list);
    list_add(list, head);
}

static inline void list_move_tail(struct list_head* list, struct list_head* head)
{
    __list_del_entry(list);
    list_add_tail(list, head);
}

static inline int list_is_first(struct list_head const* list, struct list_head const* head)
{
    return list->prev == head;
}

static inline int list_is_last(struct list_head const* list, struct list_head const* head)
{
    return list->next == head;
}

static inline int list_empty(struct list_head const* head)
{
    return READ_ONCE(head->next) == head;
}

static inline int list_is_singular(struct list_head const* head)
{
    return !list_empty(head) && head->next == head->prev;
}

static inline void list_rotate_left(struct list_head* head)
{
    if (!list_empty(head))
        list_move_tail(head->next, head);
}

static inline void __list_splice(struct list_head const* list, struct list_head* prev,
                                 struct list_head* next)
{
    struct list_head* first = list->next;
    struct list_head* last = list->prev;
    first->prev = prev;
    prev->next = first;
    last->next = next;
    next->prev = last;
}

static inline void list_splice(struct list_head const* list, struct list_head* head)
{
    if (!list_empty(list))
        __list_splice(list, head, head->next);
}

static inline void list_splice_tail(struct list_head* list, struct list_head* head)
{
    if (!list_empty(list))
        __list_splice(list, head->prev, head);
}

static inline void list_splice_init(struct list_head* list, struct list_head* head)
{
    list_splice(list, head);
    INIT_LIST_HEAD(list);
}

static inline void list_splice_tail_init(struct list_head* list, struct list_head* head)
{
    list_splice_tail(list, head);
    INIT_LIST_HEAD(list);
}

static inline size_t list_count_nodes(struct list_head* head)
{
    size_t count = 0;
    for (struct list_head* at = head->next; at != head; at = at->next)
        count++;
    return count;
}

#define list_entry(pointer, type, member) container_of(pointer, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_first_entry_or_null(head, type, member)                                               \
    (list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_next_entry(at, member) list_entry((at)->member.next, __typeof__(*(at)), member)
#define list_prev_entry(at, member) list_entry((at)->member.prev, __typeof__(*(at)), member)
#define list_entry_is_head(at, head, member) (&(at)->member == (head))

#define list_for_each(at, head) for (at = (head)->next; at != (head); at = at->next)
#define list_for_each_prev(at, head) for (at = (head)->prev; at != (head); at = at->prev)
#define list_for_each_safe(at, kept, head)                                                         \
    for (at = (head)->next, kept = at->next; at != (head); at = kept, kept = at->next)
#define list_for_each_entry(at, head, member)                                                      \
    for (at = list_first_entry(head, __typeof__(*at), member);                                     \
         !list_entry_is_head(at, head, member); at = list_next_entry(at, member))
#define list_for_each_entry_reverse(at, head, member)                                              \
    for (at = list_last_entry(head, __typeof__(*at), member);                                      \
         !list_entry_is_head(at, head, member); at = list_prev_entry(at, member))
#define list_for_each_entry_continue(at, head, member)                                             \
    for (at = list_next_entry(at, member); !list_entry_is_head(at, head, member);                  \
         at = list_next_entry(at, member))
#define list_for_each_entry_from(at, head, member)                                                 \
    for (; !list_entry_is_head(at, head, member); at = list_next_entry(at, member))
#define list_for_each_entry_safe(at, kept, head, member)                                           \
    for (at = list_first_entry(head, __typeof__(*at), member), kept = list_next_entry(at, member); \
         !list_entry_is_head(at, head, member); at = kept, kept = list_next_entry(kept, member))
#define list_for_each_entry_safe_reverse(at, kept, head, member)                                   \
    for (at = list_last_entry(head, __typeof__(*at), member), kept = list_prev_entry(at, member);  \
         !list_entry_is_head(at, head, member); at = kept, kept = list_prev_entry(kept, member))

#define HLIST_HEAD(name) struct hlist_head name = {NULL}
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)

static inline void INIT_HLIST_NODE(struct hlist_node* node)
{
    node->next = NULL;
    node->pprev = NULL;
}

static inline int hlist_unhashed(struct hlist_node const* node)
{
    return !node->pprev;
}

static inline int hlist_empty(struct hlist_head const* head)
{
    return !READ_ONCE(head->first);
}

static inline void hlist_add_head(struct hlist_node* node, struct hlist_head* head)
{
    struct hlist_node* first = head->first;
    node->next = first;
    if (first)
        first->pprev = &node->next;
    head->first = node;
    node->pprev = &head->first;
}

static inline void hlist_del(struct hlist_node* node)
{
    *node->pprev = node->next;
    if (node->next)
        node->next->pprev = node->pprev;
    node->next = (struct hlist_node*)LIST_POISON1;
    node->pprev = (struct hlist_node**)LIST_POISON2;
}

static inline void hlist_del_init(struct hlist_node* node)
{
    if (hlist_unhashed(node))
        return;
    hlist_del(node);
    INIT_HLIST_NODE(node);
}

#define hlist_entry(pointer, type, member) container_of(pointer, type, member)
#define hlist_entry_safe(pointer, type, member)                                                    \
    ({                                                                                             \
        __typeof__(pointer) __node = (pointer);                                                    \
        __node ? hlist_entry(__node, type, member) : NULL;                                         \
    })
#define hlist_for_each(at, head) for (at = (head)->first; at; at = at->next)
#define hlist_for_each_safe(at, kept, head)                                                        \
    for (at = (head)->first; at && (kept = at->next, 1); at = kept)
#define hlist_for_each_entry(at, head, member)                                                     \
    for (at = hlist_entry_safe((head)->first, __typeof__(*(at)), member); at;                      \
         at = hlist_entry_safe((at)->member.next, __typeof__(*(at)), member))
#define hlist_for_each_entry_safe(at, kept, head, member)                                          \
    for (at = hlist_entry_safe((head)->first, __typeof__(*at), member);                            \
         at && (kept = at->member.next, 1); at = hlist_entry_safe(kept, __typeof__(*at), member))
