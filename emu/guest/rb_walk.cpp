// Down to the left with the way back on an explicit stack, then right by one, and so on.
#include "emu/guest/rb_walk.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kParentMask = ~uint64_t{3};

struct Node {
    VirtAddr address;
    VirtAddr right;
};

class Walker {
  public:
    Walker(KernelView const& view, size_t limit) : view_(view), limit_(limit) {}

    Result<> find_members()
    {
        parent_ = TRY(view_.types().member("rb_node", "__rb_parent_color"));
        left_ = TRY(view_.types().member("rb_node", "rb_left"));
        right_ = TRY(view_.types().member("rb_node", "rb_right"));
        return {};
    }

    RbWalk walk(VirtAddr root)
    {
        auto const top = view_.read_pointer(root);
        if (!top)
            damaged("unreadable root of a tree", root, root.value, root.value);
        else
            go_left(VirtAddr(), *top);
        while (!way_.empty() && !walk_.damage) {
            Node const here = way_.back();
            way_.pop_back();
            walk_.nodes.push_back(here.address);
            go_left(here.address, here.right);
        }
        return std::move(walk_);
    }

  private:
    void go_left(VirtAddr from, VirtAddr node)
    {
        while (node.value != 0) {
            auto const parent = view_.read_member(node, parent_);
            auto const left = view_.read_member(node, left_);
            auto const right = view_.read_member(node, right_);
            if (!parent || !left || !right)
                return damaged("child at unmapped memory", from, 0, node.value);
            if ((*parent & kParentMask) != from.value)
                return damaged("node's parent is another", node, from.value, *parent & kParentMask);
            if (*left == *right && *left != 0)
                return damaged("both children are one node", node, 0, *left);
            if (entered_++ == limit_)
                return damaged("tree is larger than possible", node, limit_, entered_);
            way_.push_back({node, VirtAddr(*right)});
            from = node;
            node = VirtAddr(*left);
        }
    }

    void damaged(char const* what, VirtAddr where, uint64_t expected, uint64_t found)
    {
        walk_.damage = Damage{what, where, expected, found};
    }

    KernelView const& view_;
    size_t limit_;
    size_t entered_ = 0;
    Member parent_;
    Member left_;
    Member right_;
    std::vector<Node> way_;
    RbWalk walk_;
};

} // namespace

Result<RbWalk> rb_walk(KernelView const& view, VirtAddr root, size_t limit)
{
    Walker walker(view, limit);
    TRY(walker.find_members());
    return walker.walk(root);
}

} // namespace pagelab::guest
