// Requests, and what is known of their answers.
#include "guestkernel/selftest/page_model.hpp"

#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::selftest {

namespace {

constexpr unsigned kBits = sizeof(unsigned long) * 8;

unsigned long end_of_node(mm::pglist_data const& node)
{
    unsigned long end = 0;
    for (mm::zone const& z : node.node_zones) {
        if (mm::zone_end_pfn(z) > end)
            end = mm::zone_end_pfn(z);
    }
    return end;
}

} // namespace

unsigned long nr_available(mm::zone const& z)
{
    auto pages = static_cast<unsigned long>(z.vm_stat[mm::NR_FREE_PAGES]);
    if (z.present_pages == 0)
        return pages;
    for (unsigned cpu = 0; cpu < z.zone_pgdat->nr_online_cpus; cpu++)
        pages += static_cast<unsigned long>(z.per_cpu_pageset[cpu].count);
    return pages;
}

unsigned long nr_available(mm::pglist_data const& node)
{
    unsigned long pages = 0;
    for (mm::zone const& z : node.node_zones)
        pages += nr_available(z);
    return pages;
}

page_model::page_model(context& t, unsigned max_blocks)
    : t_(t), held_(t.take_scratch<held_block>(max_blocks)), max_held_(max_blocks),
      nr_pages_(end_of_node(t.on.node)), bits_(t.take_scratch<unsigned long>(nr_pages_ / kBits + 1))
{
}

mm::page* page_model::allocate(mm::gfp_t gfp, unsigned order)
{
    if (nr_held_ == max_held_)
        return nullptr;
    mm::page* const first = mm::alloc_pages(t_.on.node, gfp | mm::__GFP_NOWARN, order);
    if (first == nullptr)
        return nullptr;
    held_block const block = {first, order};
    examine(block, gfp);
    set(block, mark::kHeld);
    held_[nr_held_++] = block;
    pages_held_ += 1ul << order;
    return first;
}

void page_model::examine(held_block const& block, mm::gfp_t gfp)
{
    mm::pglist_data& node = t_.on.node;
    mm::zone const& z = mm::page_zone(node, *block.first);
    unsigned long const pfn = mm::page_to_pfn(node, *block.first).value;
    EXPECT(t_, pfn % (1ul << block.order) == 0);
    EXPECT(t_, mm::zone_spans_pfn(z, pfn + (1ul << block.order) - 1));
    EXPECT(t_, mm::page_zonenum(*block.first) <= mm::gfp_zone(*node.layout, gfp));
    EXPECT(t_, block.first->_refcount == 1);
    EXPECT(t_, !mm::page_buddy(*block.first));
    EXPECT(t_, !mm::page_flag(*block.first, mm::PG_reserved));
}

void page_model::set(held_block const& block, mark to)
{
    unsigned long const pfn = mm::page_to_pfn(t_.on.node, *block.first).value;
    EXPECT(t_, pfn + (1ul << block.order) <= nr_pages_);
    for (unsigned long i = pfn; i < pfn + (1ul << block.order); i++) {
        unsigned long const bit = 1ul << (i % kBits);
        bool const is_held = (bits_[i / kBits] & bit) != 0;
        EXPECT(t_, is_held == (to == mark::kFree));
        bits_[i / kBits] ^= bit;
    }
}

void page_model::release(unsigned index)
{
    held_block const block = held_[index];
    held_[index] = held_[--nr_held_];
    pages_held_ -= 1ul << block.order;
    set(block, mark::kFree);
    EXPECT(t_, mm::__free_pages(t_.on.node, *block.first, block.order));
}

void page_model::release_any()
{
    release(t_.random.below(nr_held_));
}

void page_model::release_all()
{
    while (nr_held_ > 0)
        release(nr_held_ - 1);
}

} // namespace pagelab::selftest
