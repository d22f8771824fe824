// One zone after the other, each line as the guest prints it.
#include "emu/guest/zoneinfo.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxCpus = 64;

constexpr std::array kZoneItems = {
    "nr_free_pages",
    "nr_zone_inactive_anon",
    "nr_zone_active_anon",
    "nr_zone_inactive_file",
    "nr_zone_active_file",
    "nr_zone_unevictable",
    "nr_zone_write_pending",
    "nr_mlock",
    "nr_bounce",
    "nr_zspages",
    "nr_free_cma",
};

constexpr std::array kNumaItems = {
    "numa_hit", "numa_miss", "numa_foreign", "numa_interleave", "numa_local", "numa_other",
};

constexpr std::array kNodeItems = {
    "nr_inactive_anon",
    "nr_active_anon",
    "nr_inactive_file",
    "nr_active_file",
    "nr_unevictable",
    "nr_slab_reclaimable",
    "nr_slab_unreclaimable",
    "nr_isolated_anon",
    "nr_isolated_file",
    "workingset_nodes",
    "workingset_refault_anon",
    "workingset_refault_file",
    "workingset_activate_anon",
    "workingset_activate_file",
    "workingset_restore_anon",
    "workingset_restore_file",
    "workingset_nodereclaim",
    "nr_anon_pages",
    "nr_mapped",
    "nr_file_pages",
    "nr_dirty",
    "nr_writeback",
    "nr_writeback_temp",
    "nr_shmem",
    "nr_shmem_hugepages",
    "nr_shmem_pmdmapped",
    "nr_file_hugepages",
    "nr_file_pmdmapped",
    "nr_anon_transparent_hugepages",
    "nr_vmscan_write",
    "nr_vmscan_immediate_reclaim",
    "nr_dirtied",
    "nr_written",
    "nr_throttled_written",
    "nr_kernel_misc_reclaimable",
    "nr_foll_pin_acquired",
    "nr_foll_pin_released",
    "nr_kernel_stack",
    "nr_page_table_pages",
    "nr_sec_page_table_pages",
    "nr_swapcached",
    "pgpromote_success",
    "pgpromote_candidate",
};
constexpr size_t kNodeItemsWithoutNuma = kNodeItems.size() - 2; // no pgpromote_*

using Items = std::span<char const* const>;

class Printer {
  public:
    explicit Printer(KernelView const& view) : view_(view) {}

    Result<std::string> print()
    {
        node_ = TRY(node_address(view_));
        VirtAddr const layout(TRY(of_node("layout")));
        numa_ = TRY(view_.read_field(layout, "zone_layout", "numa")) != 0;
        zones_ = TRY(view_.read_field(layout, "zone_layout", "nr_zones"));
        node_id_ = TRY(of_node("node_id"));
        cpus_ = TRY(of_node("nr_online_cpus"));
        bool is_first = true;
        for (Zone const& zone : TRY(read_zones(view_))) {
            text_ += fmt::format("Node {}, zone {:>8}", node_id_, zone.name);
            if (zone.present != 0 && is_first) {
                text_ += "\n  per-node stats";
                Items const items = kNodeItems;
                TRY(counters(node_, "pglist_data", "vm_stat",
                             numa_ ? items : items.first(kNodeItemsWithoutNuma)));
                is_first = false;
            }
            TRY(sizes(zone));
            if (zone.present != 0)
                TRY(details(zone));
            text_ += "\n";
        }
        return std::move(text_);
    }

  private:
    Result<uint64_t> of_node(char const* path) const
    {
        return view_.read_field(node_, "pglist_data", path);
    }

    Result<> counters(VirtAddr object, char const* type, char const* array, Items items)
    {
        auto const member = TRY(view_.types().member(type, array));
        for (size_t i = 0; i < std::min<size_t>(items.size(), member.count); i++)
            text_ +=
                fmt::format("\n      {:<12} {}", items[i],
                            TRY(view_.read_field(object, type, fmt::format("{}[{}]", array, i))));
        return {};
    }

    Result<> sizes(Zone const& zone)
    {
        uint64_t const boost = TRY(view_.read_field(zone.address, "zone", "watermark_boost"));
        std::array<uint64_t, 3> marks = {};
        std::ranges::copy_n(
            zone.watermark.begin(),
            static_cast<std::ptrdiff_t>(std::min(marks.size(), zone.watermark.size())),
            marks.begin());
        text_ += fmt::format("\n  pages free     {}\n        boost    {}\n        min      {}"
                             "\n        low      {}\n        high     {}\n        spanned  {}"
                             "\n        present  {}\n        managed  {}\n        cma      0"
                             "\n        protection: (",
                             zone.nr_free_pages, boost, marks[0] + boost, marks[1] + boost,
                             marks[2] + boost, zone.spanned, zone.present, zone.managed);
        for (size_t i = 0; i < std::min<size_t>(zone.lowmem_reserve.size(), zones_); i++)
            text_ += fmt::format("{}{}", i == 0 ? "" : ", ",
                                 static_cast<int64_t>(zone.lowmem_reserve[i]));
        text_ += ")";
        return {};
    }

    Result<> details(Zone const& zone)
    {
        TRY(counters(zone.address, "zone", "vm_stat", kZoneItems));
        if (numa_)
            TRY(counters(zone.address, "zone", "vm_numa_event", kNumaItems));
        text_ += "\n  pagesets";
        VirtAddr const sets(TRY(view_.read_field(zone.address, "zone", "per_cpu_pageset")));
        VirtAddr const stats(TRY(view_.read_field(zone.address, "zone", "per_cpu_zonestats")));
        uint64_t const set_size = TRY(view_.types().size_of("per_cpu_pages"));
        uint64_t const stat_size = TRY(view_.types().size_of("per_cpu_zonestat"));
        for (uint64_t cpu = 0; cpu < std::min(cpus_, kMaxCpus); cpu++) {
            VirtAddr const set = view_.advance(sets, cpu * set_size);
            VirtAddr const stat = view_.advance(stats, cpu * stat_size);
            uint64_t const count = TRY(view_.read_field(set, "per_cpu_pages", "count"));
            uint64_t const high = TRY(view_.read_field(set, "per_cpu_pages", "high"));
            uint64_t const batch = TRY(view_.read_field(set, "per_cpu_pages", "batch"));
            uint64_t const threshold =
                TRY(view_.read_field(stat, "per_cpu_zonestat", "stat_threshold"));
            text_ += fmt::format("\n    cpu: {}\n              count: {}\n              high:  {}"
                                 "\n              batch: {}\n  vm stats threshold: {}",
                                 cpu, static_cast<int64_t>(count), static_cast<int64_t>(high),
                                 static_cast<int64_t>(batch), static_cast<int64_t>(threshold));
        }
        text_ +=
            fmt::format("\n  node_unreclaimable:  0\n  start_pfn:           {}", zone.start.value);
        return {};
    }

    KernelView const& view_;
    VirtAddr node_;
    bool numa_ = false;
    uint64_t zones_ = 0;
    uint64_t node_id_ = 0;
    uint64_t cpus_ = 0;
    std::string text_;
};

} // namespace

Result<std::string> format_zoneinfo(KernelView const& view)
{
    return Printer(view).print();
}

} // namespace pagelab::guest
