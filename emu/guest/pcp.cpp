// A walk for each zone, CPU and list.
#include "emu/guest/pcp.hpp"

#include <algorithm>

#include "emu/guest/list_walk.hpp"
#include "emu/guest/page_map.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxCpus = 64;
constexpr uint64_t kMaxLists = 64;

class Reader {
  public:
    Reader(KernelView const& view, PageMap const& pages, PcpReport& report)
        : view_(view), pages_(pages), report_(report)
    {
    }

    Result<> read(Zone const& zone, uint64_t cpus)
    {
        VirtAddr const sets(TRY(view_.read_field(zone.address, "zone", "per_cpu_pageset")));
        uint64_t const size = TRY(view_.types().size_of("per_cpu_pages"));
        for (unsigned cpu = 0; cpu < std::min(cpus, kMaxCpus); cpu++) {
            VirtAddr const set = view_.advance(sets, cpu * size);
            auto const field = [&](char const* name) {
                return view_.read_field(set, "per_cpu_pages", name);
            };
            CpuPages pages{.zone = zone.name, .cpu = cpu};
            pages.count = TRY(field("count"));
            pages.high = TRY(field("high"));
            pages.batch = TRY(field("batch"));
            pages.listed = TRY(count_lists(zone, set, cpu));
            if (pages.count != pages.listed)
                note(report_.damage,
                     {"pages kept by a CPU in zone " + zone.name, set, pages.listed, pages.count});
            report_.sets.push_back(pages);
        }
        return {};
    }

  private:
    Result<uint64_t> count_lists(Zone const& zone, VirtAddr set, unsigned cpu)
    {
        auto const lists = TRY(view_.types().member("per_cpu_pages", "lists"));
        auto const types = static_cast<uint64_t>(TRY(view_.types().constant("MIGRATE_PCPTYPES")));
        uint64_t pages = 0;
        for (uint64_t i = 0; types != 0 && i < std::min(lists.count, kMaxLists); i++) {
            VirtAddr const head =
                TRY(view_.field_address(set, "per_cpu_pages", fmt::format("lists[{}]", i)));
            ListWalk const walk = list_walk(view_, head, zone.spanned);
            if (walk.damage)
                note(report_.damage, *walk.damage);
            KeptPages const block = {
                {}, cpu, static_cast<unsigned>(i / types), static_cast<unsigned>(i % types)};
            for (VirtAddr const node : walk.nodes)
                TRY(examine(zone, node, block));
            pages += walk.nodes.size() << i / types; // a list per order and type, orders outermost
        }
        return pages;
    }

    Result<> examine(Zone const& zone, VirtAddr node, KeptPages block)
    {
        auto const pfn = pages_.pfn_of_list_node(node);
        if (!pfn || !zone.holds(*pfn)) {
            note(report_.damage, {"kept block is not the zone's", node, zone.start.value,
                                  pfn ? pfn->value : node.value});
            return {};
        }
        block.pfn = *pfn;
        report_.blocks.push_back(block);
        VirtAddr const page = pages_.page_of(*pfn);
        uint64_t const users = TRY(view_.read_field(page, "page", "_refcount"));
        if (users != 0)
            note(report_.damage, {"kept block is in use", page, 0, users});
        return {};
    }

    KernelView const& view_;
    PageMap const& pages_;
    PcpReport& report_;
};

} // namespace

Result<PcpReport> read_pcp(KernelView const& view)
{
    auto const pages = TRY(PageMap::create(view));
    VirtAddr const node = TRY(node_address(view));
    uint64_t const cpus = TRY(view.read_field(node, "pglist_data", "nr_online_cpus"));
    PcpReport report;
    Reader reader(view, pages, report);
    for (Zone const& zone : TRY(read_zones(view))) {
        if (zone.present != 0)
            TRY(reader.read(zone, cpus));
    }
    return report;
}

} // namespace pagelab::guest
