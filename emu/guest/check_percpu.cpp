// The tree of chunks, and each chunk's map of 4-byte units against its counts.
//
// Source: guestkernel/mm/percpu.hpp; Linux 6.1 mm/percpu.c (pcpu_chunk), PCPU_MIN_ALLOC_SIZE.
#include <algorithm>
#include <bit>

#include "emu/guest/check.hpp"
#include "emu/guest/rb_walk.hpp"

namespace pagelab::guest {

namespace {

constexpr size_t kMaxChunks = 10'000;
constexpr uint64_t kMaxUnit = 1 << 20; // bytes
constexpr uint64_t kBitBytes = 4;      // PCPU_MIN_ALLOC_SIZE

class Checker {
  public:
    Checker(KernelView const& view, CheckedStructure& result) : view_(view), result_(result) {}

    Result<> check(VirtAddr root)
    {
        VirtAddr const tree = TRY(view_.field_address(root, "pcpu_state", "chunks"));
        auto const link = TRY(view_.types().member("pcpu_chunk", "node"));
        uint64_t const unit = TRY(view_.read_field(root, "pcpu_state", "layout.unit_size"));
        RbWalk const walk = TRY(rb_walk(view_, tree, kMaxChunks));
        if (walk.damage)
            note(result_.damage, *walk.damage);
        uint64_t const counted = TRY(view_.read_field(root, "pcpu_state", "nr_chunks"));
        VirtAddr const reserved(TRY(view_.read_field(root, "pcpu_state", "reserved_chunk")));
        uint64_t const expected = walk.nodes.size() + (reserved.value != 0 ? 1 : 0);
        if (!walk.damage && counted != walk.nodes.size() && counted != expected)
            damaged("nr_chunks", root, walk.nodes.size(), counted);
        for (VirtAddr const node : walk.nodes) {
            VirtAddr const chunk = view_.advance(node, -link.offset);
            if (!check_chunk(chunk, unit))
                damaged("unreadable chunk", chunk, 0, 0);
        }
        result_.counted = fmt::format("{} chunks", walk.nodes.size());
        return {};
    }

  private:
    void damaged(char const* what, VirtAddr where, uint64_t expected, uint64_t found)
    {
        note(result_.damage, {what, where, expected, found});
    }

    Result<> check_chunk(VirtAddr chunk, uint64_t unit)
    {
        auto const field = [&](char const* path) {
            return view_.read_field(chunk, "pcpu_chunk", path);
        };
        uint64_t const start = TRY(field("start_offset"));
        uint64_t const end = TRY(field("end_offset"));
        if (start > end || end > std::min(unit, kMaxUnit)) {
            damaged("bounds of a chunk", chunk, unit, end);
            return {};
        }
        VirtAddr const map(TRY(field("alloc_map")));
        std::vector<std::byte> bytes((end / kBitBytes + 7) / 8);
        TRY(view_.memory().read(map, bytes));
        uint64_t free = 0;
        for (uint64_t bit = start / kBitBytes; bit < end / kBitBytes; bit++)
            if ((bytes[bit / 8] >> (bit % 8) & std::byte{1}) == std::byte{0})
                free += kBitBytes;
        if (uint64_t const says = TRY(field("free_bytes")); says != free)
            damaged("free_bytes of a chunk", chunk, free, says);
        return {};
    }

    KernelView const& view_;
    CheckedStructure& result_;
};

} // namespace

CheckedStructure check_percpu_chunks(KernelView const& view)
{
    CheckedStructure result;
    result.name = "per-CPU chunks";
    auto const root = view.types().variable("state"); // of kernel/percpu.cpp, if it is the first
    if (!root || !view.types().member(root->type, "layout.unit_size")) {
        result.error = "the image names no per-CPU allocator";
        return result;
    }
    if (auto const done = Checker(view, result).check(root->address); !done)
        result.error = done.error().message;
    return result;
}

} // namespace pagelab::guest
