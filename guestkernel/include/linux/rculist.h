// Lists that RCU's readers walk while they change. Source: Linux 6.1 include/linux/rculist.h.
#pragma once

#include <linux/list.h>
#include <linux/rcupdate.h>

static inline void __list_add_rcu(struct list_head* entry, struct list_head* before,
                                  struct list_head* after)
{
    entry->next = after;
    entry->prev = before;
    rcu_assign_pointer(before->next, entry);
    after->prev = entry;
}

static inline void list_add_rcu(struct list_head* entry, struct list_head* head)
{
    __list_add_rcu(entry, head, head->next);
}

static inline void list_add_tail_rcu(struct list_head* entry, struct list_head* head)
{
    __list_add_rcu(entry, head->prev, head);
}

// The entry still leads on to the next.
static inline void list_del_rcu(struct list_head* entry)
{
    entry->next->prev = entry->prev;
    WRITE_ONCE(entry->prev->next, entry->next);
    entry->prev = (struct list_head*)LIST_POISON2;
}

static inline void list_replace_rcu(struct list_head* old, struct list_head* entry)
{
    entry->next = old->next;
    entry->prev = old->prev;
    rcu_assign_pointer(entry->prev->next, entry);
    entry->next->prev = entry;
    old->prev = (struct list_head*)LIST_POISON2;
}

#define list_entry_rcu(pointer, type, member) container_of(READ_ONCE(pointer), type, member)
#define list_first_or_null_rcu(head, type, member)                                                 \
    ({                                                                                             \
        struct list_head* __first = READ_ONCE((head)->next);                                       \
        __first != (head) ? list_entry(__first, type, member) : NULL;                              \
    })
#define list_for_each_entry_rcu(at, head, member, ...)                                             \
    for (at = list_entry_rcu((head)->next, __typeof__(*at), member); &at->member != (head);        \
         at = list_entry_rcu(at->member.next, __typeof__(*at), member))

static inline void hlist_add_head_rcu(struct hlist_node* node, struct hlist_head* head)
{
    struct hlist_node* first = head->first;
    node->next = first;
    node->pprev = &head->first;
    rcu_assign_pointer(head->first, node);
    if (first)
        first->pprev = &node->next;
}

static inline void hlist_del_rcu(struct hlist_node* node)
{
    WRITE_ONCE(*node->pprev, node->next);
    if (node->next)
        node->next->pprev = node->pprev;
    node->pprev = (struct hlist_node**)LIST_POISON2;
}

#define hlist_for_each_entry_rcu(at, head, member, ...)                                            \
    for (at = hlist_entry_safe(READ_ONCE((head)->first), __typeof__(*(at)), member); at;           \
         at = hlist_entry_safe(READ_ONCE((at)->member.next), __typeof__(*(at)), member))
