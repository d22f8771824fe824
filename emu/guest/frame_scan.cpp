// Zone by zone, page by page.
#include "emu/guest/frame_scan.hpp"

#include <algorithm>

#include "emu/guest/page_type.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kBlock = uint64_t{1} << kMaxOrder; // pages; what ranges are made of
constexpr uint64_t kMaxFrames = uint64_t{64} << (30 - kPageShift);
constexpr unsigned kPageblockOrder = 9;
constexpr uint64_t kPageblockBits = 4;
constexpr unsigned kTypeMask = 7;

// Appends the blocks from `start` on, to the last range if that ends there.
void add_blocks(std::vector<FrameMap::Range>& ranges, uint64_t start, uint64_t end)
{
    if (!ranges.empty()) {
        FrameMap::Range& last = ranges.back();
        uint64_t const last_end = (last.start + last.pages).value;
        start = std::max(start, last_end);
        if (start < end && start == last_end) {
            last.pages += end - start;
            return;
        }
    }
    if (start < end)
        ranges.push_back({Pfn(start), end - start});
}

class FrameScan {
  public:
    FrameScan(KernelView const& view, KernelIndex const& index) : view_(view), index_(index) {}

    Result<FrameMap> read()
    {
        make_frames();
        if (map_.frames.empty())
            return fail("the guest has no zones yet");
        TRY(find_members());
        for (size_t zone = 0; zone < index_.zones.size(); ++zone)
            read_zone(index_.zones[zone], static_cast<uint8_t>(zone));
        return std::move(map_);
    }

  private:
    void make_frames()
    {
        map_.direct = index_.direct;
        for (Zone const& zone : index_.zones) {
            map_.zones.push_back(zone.name);
            if (zone.spanned != 0)
                add_blocks(map_.ranges, zone.start.value / kBlock * kBlock,
                           (zone.end().value + kBlock - 1) / kBlock * kBlock);
        }
        uint64_t total = 0;
        for (FrameMap::Range const& range : map_.ranges)
            total += range.pages;
        map_.frames.resize(std::min(total, kMaxFrames));
    }

    Result<> find_members()
    {
        flags_ = TRY(index_.pages.number_in("page", "flags"));
        type_ = TRY(index_.pages.number_in("page", "page_type"));
        private_ = TRY(index_.pages.number_in("page", "private_"));
        compound_head_ = TRY(index_.pages.number_in("page", "compound_head"));
        compound_order_ = TRY(index_.pages.number_in("page", "compound_order"));
        reserved_ = uint64_t{1} << (TRY(view_.types().constant("PG_reserved")) & 63);
        head_ = uint64_t{1} << (TRY(view_.types().constant("PG_head")) & 63);
        return {};
    }

    void read_zone(Zone const& zone, uint8_t number)
    {
        auto const types = read_pageblock_types(zone);
        uint64_t const first_block = zone.start.value >> kPageblockOrder;
        uint64_t position = 0;
        Pfn next = zone.end();
        FrameUse around; // of the block that the page is in
        Pfn block_end;
        Pfn compound; // the head whose order the next page has
        index_.pages.for_each_page(zone.start, zone.end(), [&](Pfn pfn, auto page) {
            if (pfn != next)
                position = map_.position_of(pfn).value_or(map_.frames.size());
            next = pfn + 1;
            if (position >= map_.frames.size())
                return;
            FrameUse& frame = map_.frames[position++];
            if (compound + 1 == pfn && compound.value != 0) {
                around.order = block_order(number_at(page, compound_order_));
                block_end = compound + (uint64_t{1} << around.order);
                map_.frames[position - 2].order = around.order;
            }
            compound = Pfn(0);
            if (pfn >= block_end) {
                around = judge(page);
                block_end = pfn + (uint64_t{1} << around.order);
                if (around.use == Use::Compound)
                    compound = pfn;
            }
            frame = around;
            frame.zone = number;
            uint64_t const block = (pfn.value >> kPageblockOrder) - first_block;
            if (uint64_t const byte = block * kPageblockBits / 8; byte < types.size())
                frame.type = static_cast<uint8_t>(std::to_integer<unsigned>(types[byte]) >>
                                                      (block * kPageblockBits % 8) &
                                                  kTypeMask);
        });
    }

    // A page that is in no block that began before it.
    FrameUse judge(std::span<std::byte const> page) const
    {
        uint64_t const flags = number_at(page, flags_);
        uint64_t const type = number_at(page, type_);
        FrameUse frame;
        frame.use = Use::Used;
        if (has_type(type, PageType::Buddy)) {
            frame.use = Use::Free;
            frame.order = block_order(number_at(page, private_));
        } else if ((flags & reserved_) != 0) {
            frame.use = Use::Reserved;
        } else if ((flags & head_) != 0) {
            frame.use = Use::Compound; // its order is in the next struct page
        } else if (number_at(page, compound_head_) % 2 != 0) {
            frame.use = Use::Compound;
        } else if (has_type(type, PageType::Table)) {
            frame.use = Use::PageTable;
        }
        return frame;
    }

    // Four bits for each pageblock; empty if they cannot be read.
    std::vector<std::byte> read_pageblock_types(Zone const& zone) const
    {
        auto const bitmap = view_.read_field(zone.address, "zone", "pageblock_flags");
        if (!bitmap || *bitmap == 0 || zone.spanned == 0)
            return {};
        uint64_t const blocks =
            ((zone.end().value - 1) >> kPageblockOrder) - (zone.start.value >> kPageblockOrder) + 1;
        std::vector<std::byte> bits((blocks * kPageblockBits + 7) / 8);
        if (!view_.memory().read(VirtAddr(*bitmap), bits))
            return {};
        return bits;
    }

    KernelView const& view_;
    KernelIndex const& index_;
    FrameMap map_;
    Member flags_, type_, private_, compound_head_, compound_order_;
    uint64_t reserved_ = 0;
    uint64_t head_ = 0;
};

} // namespace

Result<FrameMap> scan_frames(KernelView const& view, KernelIndex const& index)
{
    return FrameScan(view, index).read();
}

} // namespace pagelab::guest
