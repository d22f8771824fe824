// Hash tables of 2^bits chains. Source: Linux 6.1 include/linux/hashtable.h.
#pragma once

#include <linux/hash.h>
#include <linux/list.h>
#include <linux/log2.h>

#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define DEFINE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)] = {{NULL}}
#define HASH_SIZE(table) (sizeof(table) / sizeof((table)[0]))
#define HASH_BITS(table) ((unsigned int)ilog2(HASH_SIZE(table)))
#define hash_min(value, bits)                                                                      \
    (sizeof(value) <= 4 ? hash_32((u32)(value), bits) : hash_64((u64)(value), bits))
#define hash_init(table)                                                                           \
    do {                                                                                           \
        for (size_t __i = 0; __i < HASH_SIZE(table); __i++)                                        \
            INIT_HLIST_HEAD(&(table)[__i]);                                                        \
    } while (0)
#define hash_add(table, node, key) hlist_add_head(node, &(table)[hash_min(key, HASH_BITS(table))])
#define hash_hashed(node) (!hlist_unhashed(node))
#define hash_del(node) hlist_del_init(node)
#define hash_for_each(table, bucket, at, member)                                                   \
    for ((bucket) = 0, at = NULL; at == NULL && (size_t)(bucket) < HASH_SIZE(table); (bucket)++)   \
    hlist_for_each_entry(at, &(table)[bucket], member)
#define hash_for_each_safe(table, bucket, kept, at, member)                                        \
    for ((bucket) = 0, at = NULL; at == NULL && (size_t)(bucket) < HASH_SIZE(table); (bucket)++)   \
    hlist_for_each_entry_safe(at, kept, &(table)[bucket], member)
#define hash_for_each_possible(table, at, member, key)                                             \
    hlist_for_each_entry(at, &(table)[hash_min(key, HASH_BITS(table))], member)
