// From the outermost name of an address to what is on its page frame.
#include "emu/guest/identify.hpp"

#include <algorithm>

namespace pagelab::guest {

namespace {

constexpr uint64_t kRedZone = 0x400; // SLAB_RED_ZONE
constexpr uint8_t kRedActive = 0xcc; // SLUB_RED_ACTIVE
constexpr uint8_t kRedInactive = 0xbb;

// Both red zones of an object: "intact", or the first byte that is not as it should be.
std::string red_zone_state(KernelView const& view, SlabObject const& object)
{
    SlabCacheMap const& cache = *object.cache;
    if ((cache.flags & kRedZone) == 0 || cache.size < cache.pad || cache.size > (1u << 24) ||
        cache.inuse > cache.size || cache.object_size > cache.inuse)
        return "";
    std::vector<std::byte> slot(cache.size);
    if (!view.memory().read(object.address - cache.pad, slot))
        return "unreadable";
    auto const expected = std::byte{object.free_on ? kRedInactive : kRedActive};
    auto const differs = [&](uint64_t first, uint64_t end) -> std::optional<int64_t> {
        for (uint64_t i = first; i < std::min<uint64_t>(end, slot.size()); i++)
            if (slot[i] != expected)
                return static_cast<int64_t>(i) - static_cast<int64_t>(cache.pad);
        return std::nullopt;
    };
    auto const left = differs(0, cache.pad);
    auto const right = differs(cache.pad + cache.object_size, cache.pad + cache.inuse);
    if (!left && !right)
        return "intact";
    int64_t const at = left ? *left : *right;
    auto const found = slot[static_cast<size_t>(at + static_cast<int64_t>(cache.pad))];
    return fmt::format("{} red zone overwritten at offset {}: {:#04x} instead of {:#04x}",
                       left ? "left" : "right", at, std::to_integer<unsigned>(found),
                       std::to_integer<unsigned>(expected));
}

class Identifier {
  public:
    Identifier(KernelView const& view, KernelIndex const& index, Identity& answer)
        : view_(view), index_(index), answer_(answer)
    {
    }

    void name_virtual(VirtAddr address)
    {
        name_page_struct(address);
        if (auto symbol = index_.symbol_at(address))
            say("symbol: {}", *symbol);
        if (auto const place = index_.percpu.place_of(view_, address))
            say("per-CPU: {} of CPU {}",
                index_.symbol_at(place->pointer)
                    .value_or(fmt::format("{:#x}", place->pointer.value)),
                place->cpu);
        if (Task const* const task = index_.tasks.on_stack(address))
            say("task stack: {} ({}) +{:#x}", task->pid, task->comm, address - task->stack);
        name_areas(address);
        for (KmapSlot const& slot : index_.kmaps.slots)
            if (address >= slot.address && address - slot.address < kPageSize)
                say("kmap: slot {}, {}", slot.slot,
                    slot.count > 1 ? fmt::format("{} users", slot.count - 1) : "not in use");
    }

    void name_frame(PhysAddr physical)
    {
        Pfn const pfn = phys_to_pfn(physical);
        auto const direct = index_.direct.address_of(pfn);
        if (direct)
            name_slab(*direct + physical.page_offset());
        auto page = read_page_info(view_, index_.pages, index_.zones, pfn);
        if (!page) {
            say("physical memory without a struct page");
            return;
        }
        answer_.page = std::move(*page);
        answer_.owner = read_page_owner(view_, pfn);
        if (auto const kept = index_.kept.find(pfn.value); kept != index_.kept.end())
            answer_.kept = kept->second;
        name_block(physical);
    }

  private:
    template<class... Args>
    void say(fmt::format_string<Args...> format, Args&&... args)
    {
        answer_.names.push_back(fmt::format(format, std::forward<Args>(args)...));
    }

    // An address in the array of struct page, of a frame that some zone has.
    void name_page_struct(VirtAddr address)
    {
        auto const pfn = index_.pages.pfn_of_page(address);
        if (!pfn ||
            std::ranges::none_of(index_.zones, [&](Zone const& z) { return z.holds(*pfn); }))
            return;
        say("page: pfn {:#x} +{:#x}", pfn->value, address - index_.pages.page_of(*pfn));
    }

    void name_areas(VirtAddr address)
    {
        for (VmapArea const& area : index_.vmap.areas) {
            if (address < area.start || address >= area.end)
                continue;
            bool const is_guard = !area.is_lazy && area.nr_pages != 0 &&
                                  address >= area.start + area.nr_pages * kPageSize;
            std::string const caller =
                area.caller.value == 0 ? "" : " caller " + index_.symbols.describe(area.caller);
            say("vmap: {:#x}-{:#x}{}{}", area.start.value, area.end.value, caller,
                area.is_lazy ? ", freed"
                : is_guard   ? ", its guard page"
                             : "");
        }
    }

    void name_slab(VirtAddr direct)
    {
        auto const page =
            index_.slab_pages.find(phys_to_pfn(PhysAddr(direct - index_.direct.base)).value);
        if (page == index_.slab_pages.end())
            return name_slob(direct);
        answer_.object = index_.object_at(direct);
        if (!answer_.object) {
            say("slab: {}, outside its objects", index_.slabs.caches[page->second.cache].name);
            return;
        }
        SlabObject const& object = *answer_.object;
        std::string const offset = object.offset < 0 ? fmt::format("-{:#x}", -object.offset)
                                                     : fmt::format("+{:#x}", object.offset);
        say("{}slab object: {}{}", object.free_on ? "free " : "", object.cache->name, offset);
        answer_.red_zones = red_zone_state(view_, object);
        answer_.tracks = read_tracks(view_, index_.slabs, object);
    }

    void name_slob(VirtAddr direct)
    {
        VirtAddr const start = direct.page_start();
        auto const page =
            std::ranges::lower_bound(index_.slabs.slob, start, {}, &SlobPage::address);
        if (page == index_.slabs.slob.end() || page->address != start)
            return;
        for (SlobBlock const& block : page->free)
            if (direct >= block.address && direct - block.address < block.bytes)
                return say("free slob block: {:#x}, {} bytes", block.address.value, block.bytes);
        say("slob page, in use at +{:#x}", direct - start);
    }

    void name_block(PhysAddr physical)
    {
        PageInfo const& page = *answer_.page;
        auto const offset = [&](Pfn head) { return physical - pfn_to_phys(head); };
        if (page.free_head)
            say("free block: order {} at pfn {:#x} +{:#x}", page.free_order, page.free_head->value,
                offset(*page.free_head));
        else if (answer_.kept)
            say("free block: order {}, kept by CPU {}", answer_.kept->order, answer_.kept->cpu);
        else if (page.head && !answer_.object)
            say("compound block: order {} at pfn {:#x} +{:#x}", page.compound_order,
                page.head->value, offset(*page.head));
        if (answer_.names.empty())
            say("page: pfn {:#x} +{:#x}", page.pfn.value, physical.page_offset());
    }

    KernelView const& view_;
    KernelIndex const& index_;
    Identity& answer_;
};

} // namespace

Identity identify(KernelView const& view, KernelIndex const& index, VirtAddr address,
                  std::optional<PhysAddr> physical)
{
    Identity answer;
    answer.address = address;
    answer.physical = physical;
    Identifier identifier(view, index, answer);
    identifier.name_virtual(address);
    if (physical)
        identifier.name_frame(*physical);
    else if (answer.names.empty())
        answer.names.emplace_back("not mapped");
    else
        answer.names.emplace_back("no page is mapped here");
    return answer;
}

Identity identify(KernelView const& view, KernelIndex const& index, PhysAddr physical)
{
    Identity answer;
    answer.physical = physical;
    Identifier identifier(view, index, answer);
    if (auto const direct = index.direct.address_of(phys_to_pfn(physical))) {
        answer.address = *direct + physical.page_offset();
        identifier.name_virtual(*answer.address);
    }
    identifier.name_frame(physical);
    return answer;
}

} // namespace pagelab::guest
