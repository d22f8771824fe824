// Each kind of owner over what the struct pages say.
#include "emu/guest/frame_map.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "emu/guest/frame_scan.hpp"
#include "emu/guest/tracks.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxStack = 1 << 20; // bytes

constexpr std::array<char const*, kUses> kUseNames = {
    "absent",  "reserved", "free",       "kept by CPU", "slab",
    "vmalloc", "stack",    "page table", "compound",    "used"};

// Lays owners over a map.
class Owning {
  public:
    Owning(KernelView const& view, KernelIndex const& index, FrameMap& map)
        : view_(view), index_(index), map_(map)
    {
        map_.names.emplace_back();
    }

    void mark_slabs()
    {
        for (SlabCacheMap const& cache : index_.slabs.caches) {
            uint16_t const name = intern(cache.name);
            for (Slab const& slab : cache.slabs)
                for (uint64_t i = 0; i < slab.pages; ++i)
                    if (FrameUse* const page = frame(slab.pfn + i)) {
                        page->use = Use::Slab;
                        page->order = block_order(cache.order);
                        page->cache = page->owner = name;
                    }
        }
        for (SlobPage const& slob : index_.slabs.slob)
            if (FrameUse* const page = frame(slob.pfn)) {
                page->use = Use::Slab;
                page->owner = intern("slob");
            }
    }

    void mark_vmalloc()
    {
        for (VmapArea const& area : index_.vmap.areas) {
            if (area.nr_pages == 0 || area.caller.value == 0)
                continue;
            callers_[area.start] = intern(index_.symbol_at(area.caller).value_or("vmalloc"));
        }
        for (auto const& [pfn, addresses] : index_.mapped) {
            FrameUse* const page = frame(Pfn(pfn));
            if (page == nullptr || page->use == Use::Slab || page->use == Use::Free)
                continue;
            page->use = Use::Vmalloc;
            auto const area = callers_.upper_bound(addresses.front());
            if (area != callers_.begin())
                page->owner = std::prev(area)->second;
        }
    }

    void mark_stacks()
    {
        for (Task const& task : index_.tasks.tasks)
            for (VirtAddr at = task.stack; at < task.stack_end; at += kPageSize) {
                auto const physical = index_.direct.physical_of(at);
                FrameUse* const page = physical ? frame(phys_to_pfn(*physical)) : nullptr;
                if (page == nullptr || at - task.stack >= kMaxStack)
                    break;
                if (page->use == Use::Slab || page->use == Use::Free)
                    continue;
                page->use = Use::Stack;
                page->owner = intern(task.comm);
            }
    }

    void mark_kept()
    {
        for (auto const& [pfn, block] : index_.kept)
            for (uint64_t i = 0; i < uint64_t{1} << block_order(block.order); ++i)
                if (FrameUse* const page = frame(Pfn(pfn) + i)) {
                    page->use = Use::Kept;
                    page->order = block_order(block.order);
                }
    }

    // Who allocated a block, for those that have no other owner.
    void mark_recorded()
    {
        if (page_owner_records(view_) == 0)
            return;
        for (size_t i = 0; i < map_.frames.size();) {
            FrameUse& first = map_.frames[i++];
            if (first.owner != 0 || first.use == Use::Free || first.use == Use::Absent ||
                first.use == Use::Kept || first.use == Use::Reserved)
                continue;
            auto const record = read_page_owner(view_, map_.pfn_at(i - 1));
            if (!record || !record->allocated || record->stack.empty())
                continue;
            first.owner = intern(owner_in(record->stack));
            size_t const end = i - 1 + (size_t{1} << block_order(record->order));
            for (; i < std::min(end, map_.frames.size()); ++i)
                map_.frames[i].owner = first.owner;
        }
    }

  private:
    uint16_t intern(std::string const& text)
    {
        auto const [found, is_new] =
            numbers_.try_emplace(text, static_cast<uint16_t>(map_.names.size()));
        if (!is_new)
            return found->second;
        if (map_.names.size() > 0xffff)
            return found->second = 0; // rare enough to have no name
        map_.names.push_back(text);
        return found->second;
    }

    FrameUse* frame(Pfn pfn)
    {
        auto const position = map_.position_of(pfn);
        return position ? &map_.frames[*position] : nullptr;
    }

    // The first caller that is not itself a way to ask for pages.
    std::string owner_in(std::vector<VirtAddr> const& stack) const
    {
        std::string text;
        for (VirtAddr const caller : stack) {
            text = index_.symbol_at(caller).value_or("");
            text = text.substr(0, text.find('+'));
            if (text.find("alloc") == text.npos && text.find("get_free_page") == text.npos)
                break;
        }
        return text;
    }

    KernelView const& view_;
    KernelIndex const& index_;
    FrameMap& map_;
    std::map<std::string, uint16_t> numbers_;
    std::map<VirtAddr, uint16_t> callers_; // of vmalloc areas, by start
};

} // namespace

char const* name(Use use)
{
    return kUseNames[static_cast<size_t>(use)];
}

std::string migrate_type_name(size_t type)
{
    constexpr std::array kNames = {"Unmovable", "Movable", "Reclaimable", "HighAtomic", "Isolate"};
    return type < kNames.size() ? kNames[type] : fmt::format("type {}", type);
}

std::optional<size_t> FrameMap::position_of(Pfn pfn) const
{
    uint64_t before = 0;
    for (Range const& range : ranges) {
        if (pfn >= range.start && pfn - range.start < range.pages) {
            uint64_t const position = before + (pfn - range.start);
            return position < frames.size() ? std::optional(position) : std::nullopt;
        }
        before += range.pages;
    }
    return std::nullopt;
}

Pfn FrameMap::pfn_at(size_t position) const
{
    for (Range const& range : ranges) {
        if (position < range.pages)
            return range.start + position;
        position -= range.pages;
    }
    return {};
}

Result<FrameMap> read_frame_map(KernelView const& view, KernelIndex const& index, Owners owners)
{
    FrameMap map = TRY(scan_frames(view, index));
    Owning owning(view, index, map);
    owning.mark_slabs();
    owning.mark_vmalloc();
    owning.mark_stacks();
    owning.mark_kept();
    if (owners == Owners::Records)
        owning.mark_recorded();
    return map;
}

} // namespace pagelab::guest
