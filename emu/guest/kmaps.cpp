// The table of counts beside the table of pages.
#include "emu/guest/kmaps.hpp"

#include <algorithm>
#include <map>

#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxSlots = 1024; // LAST_PKMAP is 512 with PAE, 1024 without
constexpr uint64_t kMaxLocal = 16;   // KM_MAX_IDX
constexpr uint64_t kMaxCpus = 64;

class Reader {
  public:
    Reader(KernelView const& view, VirtAddr root, KmapReport& report)
        : view_(view), root_(root), report_(report)
    {
    }

    Result<> read()
    {
        report_.base = VirtAddr(TRY(field("env.pkmap_base")));
        report_.has_windows = report_.base.value != 0;
        if (!report_.has_windows)
            return {};
        TRY(read_slots());
        auto const local = TRY(view_.types().member("highmem", "kmap_ctrl_idx"));
        VirtAddr const node = TRY(node_address(view_));
        uint64_t const cpus = TRY(view_.read_field(node, "pglist_data", "nr_online_cpus"));
        for (uint64_t cpu = 0; cpu < std::min({cpus, local.count, kMaxCpus}); cpu++) {
            uint64_t const used = TRY(field(fmt::format("kmap_ctrl_idx[{}]", cpu)));
            if (used > kMaxLocal)
                damaged("slots of kmap_local in use", root_, kMaxLocal, used);
            report_.local.push_back(used);
        }
        return {};
    }

  private:
    Result<uint64_t> field(std::string const& path) const
    {
        return view_.read_field(root_, "highmem", path);
    }
    void damaged(std::string what, VirtAddr where, uint64_t expected, uint64_t found)
    {
        note(report_.damage, {std::move(what), where, expected, found});
    }

    Result<> read_slots()
    {
        auto const counts = TRY(view_.types().member("highmem", "pkmap_count"));
        for (unsigned i = 0; i < std::min(counts.count, kMaxSlots); i++) {
            auto const count = static_cast<int64_t>(TRY(field(fmt::format("pkmap_count[{}]", i))));
            VirtAddr const address = view_.advance(report_.base, i * kPageSize);
            if (count < 0)
                damaged(fmt::format("pkmap_count of slot {}", i), address, 0,
                        static_cast<uint64_t>(count));
            if (count == 0)
                continue;
            std::string const map = fmt::format("page_address_maps[{}]", i);
            VirtAddr const page(TRY(field(map + ".page")));
            VirtAddr const says(TRY(field(map + ".virtual_address")));
            if (page.value != 0 && says != address)
                damaged(fmt::format("address of kmap slot {}", i), address, address.value,
                        says.value);
            if (count > 1 && view_.memory().mapped_run(address) == 0)
                damaged(fmt::format("kmap slot {} is in use, but not mapped", i), address, 1, 0);
            report_.slots.push_back({i, address, page, count});
        }
        return {};
    }

    KernelView const& view_;
    VirtAddr root_;
    KmapReport& report_;
};

} // namespace

Result<KmapReport> read_kmaps(KernelView const& view)
{
    KmapReport report;
    auto const root = view.types().variable("windows");
    if (root && view.types().member("highmem", "env.pkmap_base"))
        TRY(Reader(view, root->address, report).read());
    return report;
}

} // namespace pagelab::guest
