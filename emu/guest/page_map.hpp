// PageMap: the guest's array of struct page, pfn by pfn.
//
// The array begins at pglist_data.node_mem_map, the page of pfn 0; parts of it that belong to no
// memory need not be mapped. A free block's first page is a buddy page: page_type has the bit of
// PG_buddy cleared below PAGE_TYPE_BASE, and private_ holds the order.
// Source: Linux 6.1 include/linux/page-flags.h (PAGE_TYPE_BASE, PG_buddy), mm/internal.h
// (buddy_order); `private` is spelled private_ in C++.
#pragma once

#include <functional>
#include <optional>
#include <span>

#include "emu/guest/kernel_view.hpp"

namespace pagelab::guest {

// The number that number_in found, in the bytes of a struct page; zero-extended.
uint64_t number_at(std::span<std::byte const> page, Member const& member);

class PageMap {
  public:
    static Result<PageMap> create(KernelView const& view);

    VirtAddr page_of(Pfn pfn) const;
    // The pfn whose struct page has this byte; nothing for what is before the array.
    std::optional<Pfn> pfn_of_page(VirtAddr address) const;

    // A number in what is laid over a struct page ("slab", "slab_cache"), for number_at.
    Result<Member> number_in(char const* type, char const* path) const;

    // The pfn whose struct page holds this list_head as its buddy_list; nothing if none does.
    std::optional<Pfn> pfn_of_list_node(VirtAddr node) const;

    // Calls visit(pfn, bytes of the struct page) for every mapped one with first <= pfn < end,
    // ascending.
    using Visit = std::function<void(Pfn, std::span<std::byte const>)>;
    void for_each_page(Pfn first, Pfn end, Visit const& visit) const;

    // Calls visit(pfn, order) for every mapped buddy page with first <= pfn < end, ascending.
    // The order is as found: any 64-bit value.
    void for_each_buddy_page(Pfn first, Pfn end,
                             std::function<void(Pfn, uint64_t)> const& visit) const;

  private:
    PageMap(KernelView const& view, VirtAddr base) : view_(view), base_(base) {}

    KernelView const& view_;
    VirtAddr base_;
    uint64_t page_size_ = 0; // sizeof(struct page), bytes
    Member page_type_;
    Member private_;
    Member buddy_list_;
};

} // namespace pagelab::guest
