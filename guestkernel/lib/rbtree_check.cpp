// Verifies the links, colours and black heights of a red-black tree.
#include "guestkernel/lib/rbtree.hpp"

namespace pagelab::lib {

namespace {

struct subtree_check {
    char const* damage;
    unsigned black_height;
};

subtree_check check_subtree(rb_node const* node, rb_node const* parent, unsigned depth)
{
    constexpr unsigned kMaxDepth = 2 * 8 * sizeof(long);
    if (node == nullptr)
        return {nullptr, 0};
    if (depth > kMaxDepth)
        return {"tree is deeper than a balanced one can be", 0};
    if (rb_parent(*node) != parent)
        return {"node does not lead back to its parent", 0};
    if (rb_is_red(*node) && (parent == nullptr || rb_is_red(*parent)))
        return {"red node below a red one, or at the root", 0};
    subtree_check const left = check_subtree(node->rb_left, node, depth + 1);
    if (left.damage != nullptr)
        return left;
    subtree_check const right = check_subtree(node->rb_right, node, depth + 1);
    if (right.damage != nullptr)
        return right;
    if (left.black_height != right.black_height)
        return {"black heights differ", 0};
    return {nullptr, left.black_height + (rb_is_red(*node) ? 0 : 1)};
}

} // namespace

char const* rb_check(rb_root const& root)
{
    return check_subtree(root.rb_node, nullptr, 0).damage;
}

} // namespace pagelab::lib
