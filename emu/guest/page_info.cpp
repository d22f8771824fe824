// The fields one by one, then the blocks that may be around the page.
#include "emu/guest/page_info.hpp"

#include <algorithm>
#include <array>

#include "emu/guest/page_type.hpp"

namespace pagelab::guest {

namespace {

constexpr unsigned kMaxOrder = 10;

constexpr std::array kFlags = {
    "locked",     "referenced", "uptodate",    "dirty",     "lru",          "active",
    "workingset", "waiters",    "error",       "slab",      "owner_priv_1", "arch_1",
    "reserved",   "private",    "private_2",   "writeback", "head",         "mappedtodisk",
    "reclaim",    "swapbacked", "unevictable", "mlocked",
};

// The order of the free block that begins here; nothing: none does.
std::optional<unsigned> buddy_order(KernelView const& view, VirtAddr page)
{
    auto const type = view.read_field(page, "page", "page_type");
    auto const order = view.read_field(page, "page", "private_");
    if (!type || !order || !has_type(*type, PageType::Buddy) || *order > kMaxOrder)
        return std::nullopt;
    return static_cast<unsigned>(*order);
}

// The free block that holds the page: its first page is one of those aligned to an order.
void find_free_block(KernelView const& view, PageMap const& pages, PageInfo& info)
{
    for (unsigned order = 0; order <= kMaxOrder; order++) {
        Pfn const head(info.pfn.value >> order << order);
        auto const found = buddy_order(view, pages.page_of(head));
        if (!found || info.pfn - head >= uint64_t{1} << *found)
            continue;
        info.free_head = head;
        info.free_order = *found;
        return;
    }
}

Result<> find_compound_block(KernelView const& view, PageMap const& pages, PageInfo& info)
{
    uint64_t const link = TRY(view.read_field(info.page, "page", "compound_head"));
    bool const is_head = (info.flags >> (TRY(view.types().constant("PG_head")) & 63) & 1) != 0;
    if (is_head)
        info.head = info.pfn;
    else if (link % 2 != 0)
        info.head = pages.pfn_of_page(VirtAddr(link - 1));
    if (!info.head)
        return {};
    VirtAddr const first_tail = pages.page_of(*info.head + 1);
    uint64_t const order = TRY(view.read_field(first_tail, "page", "compound_order"));
    info.compound_order = static_cast<unsigned>(std::min<uint64_t>(order, kMaxOrder));
    return {};
}

} // namespace

std::string page_flag_names(KernelView const& view, uint64_t flags)
{
    std::string names;
    for (char const* name : kFlags) {
        auto const bit = view.types().constant(fmt::format("PG_{}", name));
        if (bit && (flags >> (*bit & 63) & 1) != 0)
            names += fmt::format("{}{}", names.empty() ? "" : "|", name);
    }
    return names;
}

Result<PageInfo> read_page_info(KernelView const& view, PageMap const& pages,
                                std::vector<Zone> const& zones, Pfn pfn)
{
    PageInfo info;
    info.pfn = pfn;
    info.page = pages.page_of(pfn);
    auto const field = [&](char const* path) { return view.read_field(info.page, "page", path); };
    auto const flags = field("flags");
    if (!flags)
        return fail("no struct page for pfn {:#x}", pfn.value);
    info.flags = *flags;
    info.flag_names = page_flag_names(view, info.flags);
    info.refcount = static_cast<int64_t>(TRY(field("_refcount")));
    info.mapcount = static_cast<int64_t>(TRY(field("_mapcount")));
    info.mapping = VirtAddr(TRY(field("mapping")));
    info.index = TRY(field("index"));
    info.private_word = TRY(field("private_"));
    for (Zone const& zone : zones)
        if (zone.holds(pfn))
            info.zone = zone.name;
    find_free_block(view, pages, info);
    if (!info.free_head)
        TRY(find_compound_block(view, pages, info));
    return info;
}

} // namespace pagelab::guest
