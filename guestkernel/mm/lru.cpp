// List and counters always change together.
#include "guestkernel/mm/lru.hpp"

namespace pagelab::mm {

namespace {

void count_lru(pglist_data& pgdat, page const& p, lru_list lru, long by)
{
    mod_node_page_state(pgdat, node_counter(lru), by);
    mod_zone_page_state(page_zone(pgdat, p), zone_counter(lru), by);
}

} // namespace

lru_list page_lru(page const& p)
{
    if (page_flag(p, PG_unevictable))
        return LRU_UNEVICTABLE;
    unsigned const first = page_flag(p, PG_swapbacked) ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;
    return static_cast<lru_list>(first + (page_flag(p, PG_active) ? 1 : 0));
}

void lruvec_add(pglist_data& pgdat, page& p)
{
    lru_list const lru = page_lru(p);
    set_page_flag(p, PG_lru);
    lib::list_add(p.lru, pgdat.__lruvec.lists[lru]);
    count_lru(pgdat, p, lru, 1);
}

void lruvec_add_tail(pglist_data& pgdat, page& p)
{
    lruvec_add(pgdat, p);
    lib::list_move_tail(p.lru, pgdat.__lruvec.lists[page_lru(p)]);
}

void lruvec_del(pglist_data& pgdat, page& p)
{
    lib::list_del(p.lru);
    clear_page_flag(p, PG_lru);
    count_lru(pgdat, p, page_lru(p), -1);
}

void mark_page_accessed(pglist_data& pgdat, page& p)
{
    if (!page_flag(p, PG_referenced)) {
        set_page_flag(p, PG_referenced);
        return;
    }
    if (page_flag(p, PG_active) || page_flag(p, PG_unevictable) || !page_flag(p, PG_lru))
        return;
    lruvec_del(pgdat, p);
    set_page_flag(p, PG_active);
    clear_page_flag(p, PG_referenced);
    lruvec_add(pgdat, p);
    count_vm_events(pgdat, PGACTIVATE, 1);
}

void deactivate_page(pglist_data& pgdat, page& p)
{
    lruvec_del(pgdat, p);
    clear_page_flag(p, PG_active);
    set_page_flag(p, PG_workingset);
    lruvec_add(pgdat, p);
    count_vm_events(pgdat, PGDEACTIVATE, 1);
}

} // namespace pagelab::mm
