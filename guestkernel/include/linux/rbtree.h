// Red-black trees: the nodes live inside the objects, the caller compares. Source: Linux 6.1
// include/linux/rbtree.h; the layout is that of guestkernel/lib/rbtree.hpp.
#pragma once

#include <linux/container_of.h>
#include <linux/rcupdate.h>
#include <linux/types.h>

struct rb_node {
    unsigned long __rb_parent_color; // address of the parent; bit 0: black
    struct rb_node* rb_right;
    struct rb_node* rb_left;
} __aligned(sizeof(long));

struct rb_root {
    struct rb_node* rb_node;
};

struct rb_root_cached {
    struct rb_root rb_root;
    struct rb_node* rb_leftmost;
};

// clang-format off
#define RB_ROOT (struct rb_root) {NULL}
#define RB_ROOT_CACHED (struct rb_root_cached) {{NULL}, NULL}
// clang-format on
#define rb_parent(node) ((struct rb_node*)((node)->__rb_parent_color & ~3ul))
#define rb_entry(pointer, type, member) container_of(pointer, type, member)
#define rb_entry_safe(pointer, type, member)                                                       \
    ({                                                                                             \
        __typeof__(pointer) __node = (pointer);                                                    \
        __node ? rb_entry(__node, type, member) : NULL;                                            \
    })
#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

__BEGIN_DECLS
void rb_insert_color(struct rb_node* node, struct rb_root* root);
void rb_erase(struct rb_node* node, struct rb_root* root);
void rb_replace_node(struct rb_node* victim, struct rb_node* node, struct rb_root* root);
struct rb_node* rb_next(struct rb_node const* node);
struct rb_node* rb_prev(struct rb_node const* node);
struct rb_node* rb_first(struct rb_root const* root);
struct rb_node* rb_last(struct rb_root const* root);
struct rb_node* rb_first_postorder(struct rb_root const* root);
struct rb_node* rb_next_postorder(struct rb_node const* node);
__END_DECLS

static inline void rb_link_node(struct rb_node* node, struct rb_node* parent, struct rb_node** link)
{
    node->__rb_parent_color = (unsigned long)parent;
    node->rb_left = node->rb_right = NULL;
    *link = node;
}

#define rb_first_cached(root) ((root)->rb_leftmost)

static inline void rb_insert_color_cached(struct rb_node* node, struct rb_root_cached* root,
                                          bool leftmost)
{
    if (leftmost)
        root->rb_leftmost = node;
    rb_insert_color(node, &root->rb_root);
}

static inline void rb_erase_cached(struct rb_node* node, struct rb_root_cached* root)
{
    if (root->rb_leftmost == node)
        root->rb_leftmost = rb_next(node);
    rb_erase(node, &root->rb_root);
}

#define rbtree_postorder_for_each_entry_safe(at, kept, root, member)                               \
    for (at = rb_entry_safe(rb_first_postorder(root), __typeof__(*at), member);                    \
         at && ({                                                                                  \
             kept = rb_entry_safe(rb_next_postorder(&at->member), __typeof__(*at), member);        \
             1;                                                                                    \
         });                                                                                       \
         at = kept)
