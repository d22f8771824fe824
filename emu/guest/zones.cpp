// One pass over pglist_data.node_zones.
#include "emu/guest/zones.hpp"

#include <algorithm>

namespace pagelab::guest {

namespace {

constexpr size_t kMaxName = 16;
constexpr uint64_t kWatermarks = 3;
constexpr uint64_t kMaxZones = 16;

void cut_to_ram(Zone& zone, Pfn end)
{
    uint64_t const room = zone.start < end ? end - zone.start : 0;
    if (zone.spanned <= room)
        return;
    zone.damage = Damage{"end of zone " + zone.name, zone.address, end.value,
                         zone.start.value + zone.spanned};
    zone.start = std::min(zone.start, end);
    zone.spanned = room;
}

// An array member's first `limit` elements.
Result<std::vector<uint64_t>> read_array(KernelView const& view, VirtAddr zone, char const* name,
                                         uint64_t limit)
{
    auto const array = TRY(view.types().member("zone", name));
    std::vector<uint64_t> values;
    for (uint64_t i = 0; i < std::min(array.count, limit); i++)
        values.push_back(TRY(view.read_field(zone, "zone", fmt::format("{}[{}]", name, i))));
    return values;
}

Result<Zone> read_zone(KernelView const& view, VirtAddr address, VirtAddr name)
{
    auto const field = [&](char const* path) { return view.read_field(address, "zone", path); };
    auto const free_item = TRY(view.types().constant("NR_FREE_PAGES"));
    Zone zone;
    zone.address = address;
    zone.name = TRY(view.read_string(name, kMaxName));
    zone.start = Pfn(TRY(field("zone_start_pfn")));
    zone.spanned = TRY(field("spanned_pages"));
    zone.present = TRY(field("present_pages"));
    zone.managed = TRY(field("managed_pages"));
    zone.nr_free_pages = TRY(field(fmt::format("vm_stat[{}]", free_item).c_str()));
    zone.watermark = TRY(read_array(view, address, "_watermark", kWatermarks));
    zone.lowmem_reserve = TRY(read_array(view, address, "lowmem_reserve", kMaxZones));
    cut_to_ram(zone, view.memory().end());
    return zone;
}

} // namespace

Result<VirtAddr> node_address(KernelView const& view)
{
    return TRY(view.types().variable("contig_page_data")).address;
}

Result<std::vector<Zone>> read_zones(KernelView const& view)
{
    auto const node = TRY(node_address(view));
    auto const array = TRY(view.types().member("pglist_data", "node_zones"));
    std::vector<Zone> zones;
    for (uint64_t i = 0; i < std::min(array.count, kMaxZones); i++) {
        auto const path = fmt::format("node_zones[{}]", i);
        auto const zone = TRY(view.field_address(node, "pglist_data", path));
        VirtAddr const name(TRY(view.read_field(zone, "zone", "name")));
        if (name.value != 0)
            zones.push_back(TRY(read_zone(view, zone, name)));
    }
    return zones;
}

} // namespace pagelab::guest
