// Walk, scan, then merge the two sorted sets of blocks.
#include "emu/guest/buddy.hpp"

#include <algorithm>
#include <iterator>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/page_map.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxOrders = 64;
constexpr uint64_t kMaxTypes = 16;

using Blocks = std::vector<FreeBlock>;

// What is in `blocks` and not in `others`; both ascending.
Blocks difference(Blocks const& blocks, Blocks const& others)
{
    Blocks only;
    std::set_difference(blocks.begin(), blocks.end(), others.begin(), others.end(),
                        std::back_inserter(only));
    return only;
}

class Reader {
  public:
    Reader(KernelView const& view, PageMap const& pages, BuddyReport& report)
        : view_(view), pages_(pages), report_(report)
    {
    }

    Result<ZoneBuddy> read(Zone const& zone)
    {
        ZoneBuddy buddy;
        buddy.zone = zone;
        if (zone.damage)
            report(*zone.damage);
        auto const areas = TRY(view_.types().member("zone", "free_area"));
        auto const lists = TRY(view_.types().member("free_area", "free_list"));
        orders_ = std::min(areas.count, kMaxOrders);
        for (unsigned order = 0; order < orders_; order++) {
            auto const area =
                TRY(view_.field_address(zone.address, "zone", fmt::format("free_area[{}]", order)));
            auto& types = buddy.lists.emplace_back();
            for (unsigned type = 0; type < std::min(lists.count, kMaxTypes); type++) {
                auto const head =
                    TRY(view_.field_address(area, "free_area", fmt::format("free_list[{}]", type)));
                types.push_back(walk(zone, head, order));
            }
            expect("nr_free of order " + std::to_string(order), area, buddy.listed_counts()[order],
                   TRY(view_.read_field(area, "free_area", "nr_free")));
        }
        expect("NR_FREE_PAGES of zone " + zone.name, zone.address, buddy.listed_pages(),
               zone.nr_free_pages);
        buddy.scanned = scan(zone);
        compare(buddy);
        return buddy;
    }

  private:
    void report(Damage damage) { note(report_.damage, std::move(damage)); }

    void expect(std::string what, VirtAddr where, uint64_t expected, uint64_t found)
    {
        if (expected != found)
            report({std::move(what), where, expected, found});
    }

    // One free list's blocks; those outside the zone or off their alignment are damage.
    std::vector<Pfn> walk(Zone const& zone, VirtAddr head, unsigned order)
    {
        auto const list = list_walk(view_, head, zone.spanned >> order);
        std::vector<Pfn> blocks;
        for (auto const node : list.nodes) {
            auto const pfn = pages_.pfn_of_list_node(node);
            if (!pfn || !zone.holds(*pfn)) {
                report({"free list node in no page of zone " + zone.name, node, head.value,
                        node.value});
                continue;
            }
            uint64_t const aligned = pfn->value >> order << order;
            if (aligned != pfn->value)
                report({fmt::format("alignment of a free block of order {}", order),
                        pages_.page_of(*pfn), aligned, pfn->value});
            blocks.push_back(*pfn);
        }
        if (list.damage)
            report(*list.damage);
        return blocks;
    }

    Blocks scan(Zone const& zone)
    {
        Blocks blocks;
        Pfn block_end;
        pages_.for_each_buddy_page(zone.start, zone.end(), [&](Pfn pfn, uint64_t order) {
            if (order >= orders_)
                return report({fmt::format("order of the free block at pfn {:#x}", pfn.value),
                               pages_.page_of(pfn), orders_ - 1, order});
            if (pfn < block_end)
                report({fmt::format("free block at pfn {:#x} inside another", pfn.value),
                        pages_.page_of(pfn), block_end.value, pfn.value});
            blocks.push_back({pfn, static_cast<unsigned>(order)});
            block_end = std::max(block_end, pfn + (uint64_t{1} << order));
        });
        return blocks;
    }

    void compare(ZoneBuddy const& buddy)
    {
        Blocks listed;
        for (unsigned order = 0; order < buddy.lists.size(); order++) {
            for (auto const& list : buddy.lists[order]) {
                for (auto const pfn : list)
                    listed.push_back({pfn, order});
            }
        }
        std::sort(listed.begin(), listed.end());
        for (auto const& block : difference(listed, buddy.scanned))
            report({fmt::format("pfn {:#x} is listed as free with order {}; its struct page's word",
                                block.pfn.value, block.order),
                    pages_.page_of(block.pfn), 1, 0});
        for (auto const& block : difference(buddy.scanned, listed))
            report({fmt::format("pfn {:#x} says it is free with order {}; lists that have it",
                                block.pfn.value, block.order),
                    pages_.page_of(block.pfn), 1, 0});
    }

    KernelView const& view_;
    PageMap const& pages_;
    BuddyReport& report_;
    uint64_t orders_ = 0;
};

} // namespace

std::vector<uint64_t> ZoneBuddy::listed_counts() const
{
    std::vector<uint64_t> counts;
    for (auto const& types : lists) {
        uint64_t count = 0;
        for (auto const& list : types)
            count += list.size();
        counts.push_back(count);
    }
    return counts;
}

std::vector<uint64_t> ZoneBuddy::scanned_counts() const
{
    std::vector<uint64_t> counts(lists.size());
    for (auto const& block : scanned)
        counts[block.order]++;
    return counts;
}

uint64_t ZoneBuddy::listed_pages() const
{
    uint64_t pages = 0;
    auto const counts = listed_counts();
    for (size_t order = 0; order < counts.size(); order++)
        pages += counts[order] << order;
    return pages;
}

uint64_t BuddyReport::free_pages() const
{
    uint64_t pages = 0;
    for (auto const& buddy : zones)
        pages += buddy.listed_pages();
    return pages;
}

Result<BuddyReport> read_buddy(KernelView const& view)
{
    auto const pages = TRY(PageMap::create(view));
    BuddyReport report;
    Reader reader(view, pages, report);
    for (auto const& zone : TRY(read_zones(view)))
        report.zones.push_back(TRY(reader.read(zone)));
    return report;
}

} // namespace pagelab::guest
