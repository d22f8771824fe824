// An index -> page tree whose nodes are pages, like page tables: which page of a file is where.
//
//   root --index[high bits]--> node --index[low bits]--> page        512 slots a node (i686: 1024)
//
// The tree is as high as its largest index so far needs; a node without entries is given back. It
// holds no references. What Linux keeps in an xarray (include/linux/xarray.h), without its marks.
//
// Taking memory for a node may reclaim pages of this very tree. So page_tree_insert never does: it
// changes nothing and says that nodes are wanting, and is tried again with one spare node more.
#pragma once

#include "guestkernel/mm/zone.hpp"

namespace pagelab::mm {

struct page_tree {
    pglist_data* pgdat; // whose pages the nodes are; its environment must know page_address
    page* root;         // null: empty
    unsigned height;    // levels of nodes
    page* spares;       // zeroed pages for nodes to come, linked by private_
    unsigned nr_spares;
};

enum class tree_insert { kDone, kOccupied, kNeedsNodes };

tree_insert page_tree_insert(page_tree& tree, unsigned long index, page& p);

// Takes one more spare node; false: there is no memory. Takes lru_lock, which the other functions
// want held.
bool page_tree_preload(page_tree& tree, gfp_t gfp);

page* page_tree_load(page_tree const& tree, unsigned long index);

// Takes the page at this index out; null: there was none.
page* page_tree_erase(page_tree& tree, unsigned long index);

// The page with the smallest index from `index` on, which is set to its own; null: none.
page* page_tree_next(page_tree const& tree, unsigned long& index);

// Gives the spare nodes back.
void page_tree_release(page_tree& tree);

} // namespace pagelab::mm
