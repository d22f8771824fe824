// Entering, finding and leaving the page cache.
#include "guestkernel/mm/filemap.hpp"

#include "guestkernel/mm/compound.hpp"
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

// Whether it was dirty.
bool clear_page_dirty(pglist_data& pgdat, page& p)
{
    if (!page_flag(p, PG_dirty))
        return false;
    clear_page_flag(p, PG_dirty);
    count_dirty(pgdat, p, -1);
    return true;
}

// Whether it is news.
bool make_page_dirty(pglist_data& pgdat, page& p)
{
    if (page_flag(p, PG_dirty))
        return false;
    set_page_flag(p, PG_dirty);
    count_dirty(pgdat, p, 1);
    return true;
}

class page_cache_lock {
  public:
    explicit page_cache_lock(pglist_data& pgdat) : lock_(pgdat.__lruvec.lru_lock)
    {
        lib::spin_lock(lock_);
    }
    ~page_cache_lock() { lib::spin_unlock(lock_); }
    page_cache_lock(page_cache_lock const&) = delete;
    page_cache_lock& operator=(page_cache_lock const&) = delete;

  private:
    lib::spinlock_t& lock_;
};

// With the tree's nodes there, as far as it knows. kDone: the page is a cached one.
tree_insert enter(address_space& mapping, page& p, unsigned long index)
{
    pglist_data& pgdat = node_of(mapping);
    page_cache_lock const lock(pgdat);
    tree_insert const done = page_tree_insert(mapping.i_pages, index, p);
    if (done == tree_insert::kNeedsNodes)
        return done;
    page_tree_release(mapping.i_pages);
    if (done == tree_insert::kOccupied)
        return done;
    get_page(p);
    p.mapping = &mapping;
    p.index = index;
    mapping.nrpages++;
    mod_node_page_state(pgdat, NR_FILE_PAGES, 1);
    lruvec_add(pgdat, p);
    return done;
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
    tree_insert done = enter(mapping, p, index);
    while (done == tree_insert::kNeedsNodes) {
        if (!page_tree_preload(mapping.i_pages, gfp)) {
            page_cache_lock const lock(node_of(mapping));
            page_tree_release(mapping.i_pages);
            return Error{"no memory for the page cache's tree"};
        }
        done = enter(mapping, p, index);
    }
    if (done == tree_insert::kOccupied)
        return Error{"index is in the page cache already"};
    return {};
}

page* find_get_page(address_space& mapping, unsigned long index)
{
    page_cache_lock const lock(node_of(mapping));
    page* const p = page_tree_load(mapping.i_pages, index);
    if (p != nullptr) {
        get_page(*p);
        mark_page_accessed(node_of(mapping), *p);
    }
    return p;
}

void __delete_from_page_cache(page& p)
{
    address_space& mapping = *p.mapping;
    pglist_data& pgdat = node_of(mapping);
    page_tree_erase(mapping.i_pages, p.index);
    mapping.nrpages--;
    mod_node_page_state(pgdat, NR_FILE_PAGES, -1);
    static_cast<void>(clear_page_dirty(pgdat, p));
    lruvec_del(pgdat, p);
    clear_page_flag(p, PG_active);
    p.mapping = nullptr;
    static_cast<void>(put_page(pgdat, p));
}

void delete_from_page_cache(page& p)
{
    address_space* const mapping = lib::read_once(p.mapping);
    if (mapping == nullptr)
        return;
    page_cache_lock const lock(node_of(*mapping));
    if (p.mapping == mapping)
        __delete_from_page_cache(p);
}

void set_page_dirty(page& p)
{
    address_space* const mapping = lib::read_once(p.mapping);
    if (mapping == nullptr)
        return;
    pglist_data& pgdat = node_of(*mapping);
    page_cache_lock const lock(pgdat);
    if (p.mapping == mapping && make_page_dirty(pgdat, p))
        mod_node_page_state(pgdat, NR_DIRTIED, 1);
}

// Clean from before it is written: who changes it meanwhile makes it dirty again.
Result<> write_cached_page(page& p)
{
    address_space* const mapping = lib::read_once(p.mapping);
    if (mapping == nullptr)
        return Error{"page is in no page cache"};
    if (mapping->a_ops->writepage == nullptr)
        return Error{"file cannot store its pages"};
    pglist_data& pgdat = node_of(*mapping);
    lib::spin_lock(pgdat.__lruvec.lru_lock);
    bool const was_dirty = p.mapping == mapping && clear_page_dirty(pgdat, p);
    lib::spin_unlock(pgdat.__lruvec.lru_lock);
    if (!was_dirty)
        return {};
    Result<> const written = mapping->a_ops->writepage(*mapping, p);
    page_cache_lock const lock(pgdat);
    if (written)
        mod_node_page_state(pgdat, NR_WRITTEN, 1);
    else if (p.mapping == mapping)
        static_cast<void>(make_page_dirty(pgdat, p));
    return written;
}

unsigned long invalidate_mapping_pages(address_space& mapping, unsigned long start,
                                       unsigned long end)
{
    unsigned long dropped = 0;
    unsigned long index = start;
    page_cache_lock const lock(node_of(mapping));
    while (page* const p = page_tree_next(mapping.i_pages, index)) {
        if (index > end)
            break;
        if (lib::read_acquire(p->_refcount) == 1 && !page_flag(*p, PG_dirty)) {
            __delete_from_page_cache(*p);
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
    page_cache_lock const lock(node_of(mapping));
    while (page* const p = page_tree_next(mapping.i_pages, index))
        __delete_from_page_cache(*p);
    page_tree_release(mapping.i_pages);
}

} // namespace pagelab::mm
