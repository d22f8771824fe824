// A node's struct page counts its entries in private_.
#include "guestkernel/mm/page_tree.hpp"

#include "guestkernel/lib/bitops.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kBits = sizeof(void*) == 8 ? 9 : 10; // of the index, per level
constexpr unsigned kSlots = 1u << kBits;
constexpr unsigned kIndexBits = sizeof(unsigned long) * 8;
constexpr unsigned kMaxHeight = (kIndexBits + kBits - 1) / kBits;
static_assert(kSlots * sizeof(page*) == kPageSize);

page*& slot(page_tree const& tree, page const& node, unsigned long index, unsigned level)
{
    auto** const slots = static_cast<page**>(tree.pgdat->env->page_address(node));
    return slots[index >> (level * kBits) & (kSlots - 1)];
}

bool covers(page_tree const& tree, unsigned long index)
{
    unsigned const bits = tree.height * kBits;
    return bits >= kIndexBits || index >> bits == 0;
}

page* take_spare(page_tree& tree)
{
    page* const node = tree.spares;
    tree.spares = reinterpret_cast<page*>(node->private_);
    tree.nr_spares--;
    node->private_ = 0;
    return node;
}

void free_node(page_tree& tree, page& node)
{
    node.private_ = 0;
    static_cast<void>(__free_pages(*tree.pgdat, node, 0));
}

// How many nodes an entry at this index needs that are not there.
unsigned nodes_missing(page_tree const& tree, unsigned long index)
{
    if (tree.root == nullptr)
        return index == 0 ? 1 : (lib::fls64(index) + kBits - 1) / kBits;
    unsigned levels = tree.height;
    while (levels < kMaxHeight && index >> (levels * kBits) != 0)
        levels++;
    if (levels > tree.height) // new roots, and a path of its own below them
        return levels - tree.height + levels - 1;
    page* at = tree.root;
    unsigned level = tree.height;
    while (level > 0 && at != nullptr)
        at = slot(tree, *at, index, --level);
    return level;
}

void grow(page_tree& tree)
{
    if (tree.root != nullptr) {
        page* const root = take_spare(tree);
        slot(tree, *root, 0, 0) = tree.root;
        root->private_ = 1;
        tree.root = root;
    }
    tree.height++;
}

} // namespace

bool page_tree_preload(page_tree& tree, gfp_t gfp)
{
    constexpr gfp_t kNotForNodes = GFP_ZONEMASK | __GFP_WRITE | __GFP_COMP;
    page* const node =
        alloc_pages(*tree.pgdat, (gfp & ~kNotForNodes) | __GFP_ZERO | __GFP_RECLAIMABLE, 0);
    if (node == nullptr)
        return false;
    lib::spinlock_t& lock = tree.pgdat->__lruvec.lru_lock;
    lib::spin_lock(lock);
    node->private_ = reinterpret_cast<unsigned long>(tree.spares);
    tree.spares = node;
    tree.nr_spares++;
    lib::spin_unlock(lock);
    return true;
}

tree_insert page_tree_insert(page_tree& tree, unsigned long index, page& p)
{
    if (nodes_missing(tree, index) > tree.nr_spares)
        return tree_insert::kNeedsNodes;
    while (tree.height == 0 || !covers(tree, index))
        grow(tree);
    page** place = &tree.root;
    page* parent = nullptr;
    for (unsigned level = tree.height; level-- > 0;) {
        if (*place == nullptr) {
            *place = take_spare(tree);
            if (parent != nullptr)
                parent->private_++;
        }
        parent = *place;
        place = &slot(tree, *parent, index, level);
    }
    if (*place != nullptr)
        return tree_insert::kOccupied;
    *place = &p;
    parent->private_++;
    return tree_insert::kDone;
}

page* page_tree_load(page_tree const& tree, unsigned long index)
{
    if (!covers(tree, index))
        return nullptr;
    page* at = tree.root;
    for (unsigned level = tree.height; level-- > 0 && at != nullptr;)
        at = slot(tree, *at, index, level);
    return at;
}

page* page_tree_erase(page_tree& tree, unsigned long index)
{
    page* const found = page_tree_load(tree, index);
    if (found == nullptr)
        return nullptr;
    page** places[kMaxHeight + 1]; // where the node of each level, and the page, are entered
    places[tree.height] = &tree.root;
    for (unsigned level = tree.height; level-- > 0;)
        places[level] = &slot(tree, **places[level + 1], index, level);
    *places[0] = nullptr;
    for (unsigned level = 1; level <= tree.height; level++) {
        page& node = **places[level];
        if (--node.private_ != 0)
            return found;
        free_node(tree, node);
        *places[level] = nullptr;
    }
    tree.height = 0;
    return found;
}

page* page_tree_next(page_tree const& tree, unsigned long& index)
{
    while (tree.root != nullptr && covers(tree, index)) {
        page* at = tree.root;
        unsigned level = tree.height;
        while (level > 0 && at != nullptr)
            at = slot(tree, *at, index, --level);
        if (at != nullptr)
            return at;
        unsigned long const step = 1ul << (level * kBits); // what the empty slot covers
        unsigned long const next = (index & ~(step - 1)) + step;
        if (next < index)
            return nullptr;
        index = next;
    }
    return nullptr;
}

void page_tree_release(page_tree& tree)
{
    while (tree.nr_spares > 0)
        free_node(tree, *take_spare(tree));
}

} // namespace pagelab::mm
