// Entering, finding and leaving the page cache.
#include "guestkernel/mm/filemap.hpp"

#include "guestkernel/mm/lru.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::mm {

namespace {

pglist_data& node_of(address_space& mapping)
{
    return *mapping.i_pages.pgdat;
}

void count_dirty(pglist_data& pgdat, page const& p, long by)
{
    mod_node_page_state(pgdat, NR_FILE_DIRTY, by);
    mod_zone_page_state(page_zone(pgdat, p), NR_ZONE_WRITE_PENDING, by);
}

void clear_page_dirty(pglist_data& pgdat, page& p)
{
    if (!page_flag(p, PG_dirty))
        return;
    clear_page_flag(p, PG_dirty);
    count_dirty(pgdat, p, -1);
}

} // namespace

void address_space_init(address_space& mapping, pglist_data& pgdat,
                        address_space_operations const& ops)
{
    mapping = {.i_pages = {&pgdat, nullptr, 0, nullptr, 0},
               .nrpages = 0,
               .gfp_mask = GFP_HIGHUSER_MOVABLE,
               .a_ops = &ops,
               .private_data = nullptr};
}

Result<> add_to_page_cache_lru(address_space& mapping, page& p, unsigned long index, gfp_t gfp)
{
    if (p.mapping != nullptr)
        return Error{"page is in a page cache already"};
    tree_insert done = page_tree_insert(mapping.i_pages, index, p);
    while (done == tree_insert::kNeedsNodes) {
        if (!page_tree_preload(mapping.i_pages, gfp)) {
            page_tree_release(mapping.i_pages);
            return Error{"no memory for the page cache's tree"};
        }
        done = page_tree_insert(mapping.i_pages, index, p);
    }
    page_tree_release(mapping.i_pages);
    if (done == tree_insert::kOccupied)
        return Error{"index is in the page cache already"};
    pglist_data& pgdat = node_of(mapping);
    p._refcount++;
    p.mapping = &mapping;
    p.index = index;
    mapping.nrpages++;
    mod_node_page_state(pgdat, NR_FILE_PAGES, 1);
    lruvec_add(pgdat, p);
    return {};
}

page* find_get_page(address_space& mapping, unsigned long index)
{
    page* const p = page_tree_load(mapping.i_pages, index);
    if (p != nullptr) {
        p->_refcount++;
        mark_page_accessed(node_of(mapping), *p);
    }
    return p;
}

void delete_from_page_cache(page& p)
{
    address_space& mapping = *p.mapping;
    pglist_data& pgdat = node_of(mapping);
    page_tree_erase(mapping.i_pages, p.index);
    mapping.nrpages--;
    mod_node_page_state(pgdat, NR_FILE_PAGES, -1);
    clear_page_dirty(pgdat, p);
    lruvec_del(pgdat, p);
    clear_page_flag(p, PG_active);
    p.mapping = nullptr;
    static_cast<void>(put_page(pgdat, p));
}

void set_page_dirty(page& p)
{
    if (page_flag(p, PG_dirty))
        return;
    pglist_data& pgdat = node_of(*p.mapping);
    set_page_flag(p, PG_dirty);
    count_dirty(pgdat, p, 1);
    mod_node_page_state(pgdat, NR_DIRTIED, 1);
}

Result<> write_cached_page(page& p)
{
    address_space& mapping = *p.mapping;
    if (mapping.a_ops->writepage == nullptr)
        return Error{"file cannot store its pages"};
    TRY(mapping.a_ops->writepage(mapping, p));
    pglist_data& pgdat = node_of(mapping);
    clear_page_dirty(pgdat, p);
    mod_node_page_state(pgdat, NR_WRITTEN, 1);
    return {};
}

unsigned long invalidate_mapping_pages(address_space& mapping, unsigned long start,
                                       unsigned long end)
{
    unsigned long dropped = 0;
    unsigned long index = start;
    while (page* const p = page_tree_next(mapping.i_pages, index)) {
        if (index > end)
            break;
        if (p->_refcount == 1 && !page_flag(*p, PG_dirty)) {
            delete_from_page_cache(*p);
            dropped++;
        }
        if (index++ == end)
            break;
    }
    return dropped;
}

void truncate_inode_pages(address_space& mapping)
{
    unsigned long index = 0;
    while (page* const p = page_tree_next(mapping.i_pages, index))
        delete_from_page_cache(*p);
    page_tree_release(mapping.i_pages);
}

} // namespace pagelab::mm
