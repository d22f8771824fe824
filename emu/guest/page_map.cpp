// The array is read in pieces of a few hundred pages, singly where a piece is not all mapped.
#include "emu/guest/page_map.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "emu/guest/page_type.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kPagesAtOnce = 512;
constexpr uint64_t kMaxStructPage = 4096; // bytes; a plausible sizeof(struct page)

// Calls visit(pfn of the first, their bytes) for runs of mapped struct pages, first <= pfn < end.
template<class VisitPages>
void for_each_run(PageMap const& map, KernelView const& view, uint64_t page_size, Pfn first,
                  Pfn end, VisitPages visit)
{
    std::vector<std::byte> buffer(kPagesAtOnce * page_size);
    while (first < end) {
        VirtAddr const here = map.page_of(first);
        if (uint64_t const hole = view.memory().unmapped_run(here); hole != 0) {
            first = first + std::min(end - first, (hole + page_size - 1) / page_size);
            continue;
        }
        auto const many = std::span(buffer).first(std::min(end - first, kPagesAtOnce) * page_size);
        auto const one = many.first(page_size);
        auto const run = view.memory().read(here, many)  ? many
                         : view.memory().read(here, one) ? one
                                                         : many.first(0);
        visit(first, std::span<std::byte const>(run));
        first = first + std::max<uint64_t>(run.size() / page_size, 1);
    }
}

} // namespace

uint64_t number_at(std::span<std::byte const> page, Member const& member)
{
    std::byte const* const at = page.data() + member.offset;
    uint64_t value = 0;
    if (member.size == sizeof(uint32_t)) { // of known size, so that there is no call
        std::memcpy(&value, at, sizeof(uint32_t));
        return value;
    }
    if (member.size == sizeof(uint64_t)) {
        std::memcpy(&value, at, sizeof(uint64_t));
        return value;
    }
    std::memcpy(&value, at, member.size);
    return value;
}

Result<PageMap> PageMap::create(KernelView const& view)
{
    auto const node = TRY(node_address(view));
    PageMap map(view, VirtAddr(TRY(view.read_field(node, "pglist_data", "node_mem_map"))));
    map.page_size_ = TRY(view.types().size_of("page"));
    if (map.page_size_ == 0 || map.page_size_ > kMaxStructPage)
        return fail("debug information: a struct page of {} bytes", map.page_size_);
    map.page_type_ = TRY(map.number_in("page", "page_type"));
    map.private_ = TRY(map.number_in("page", "private_"));
    map.buddy_list_ = TRY(view.types().member("page", "buddy_list"));
    return map;
}

Result<Member> PageMap::number_in(char const* type, char const* path) const
{
    auto const member = TRY(view_.types().member(type, path));
    if (member.size > sizeof(uint64_t) || member.offset > page_size_ ||
        member.size > page_size_ - member.offset)
        return fail("debug information: {}.{} is not in a struct page of {} bytes", type, path,
                    page_size_);
    return member;
}

VirtAddr PageMap::page_of(Pfn pfn) const
{
    return view_.advance(base_, pfn.value * page_size_);
}

std::optional<Pfn> PageMap::pfn_of_page(VirtAddr address) const
{
    if (address < base_)
        return {};
    return Pfn((address - base_) / page_size_);
}

std::optional<Pfn> PageMap::pfn_of_list_node(VirtAddr node) const
{
    VirtAddr const first = view_.advance(base_, buddy_list_.offset);
    if (node < first || (node - first) % page_size_ != 0)
        return {};
    return Pfn((node - first) / page_size_);
}

void PageMap::for_each_page(Pfn first, Pfn end, Visit const& visit) const
{
    for_each_run(*this, view_, page_size_, first, end,
                 [&](Pfn start, std::span<std::byte const> pages) {
                     for (uint64_t at = 0; at < pages.size(); at += page_size_)
                         visit(start + at / page_size_, pages.subspan(at, page_size_));
                 });
}

void PageMap::for_each_buddy_page(Pfn first, Pfn end,
                                  std::function<void(Pfn, uint64_t)> const& visit) const
{
    for_each_run(*this, view_, page_size_, first, end,
                 [&](Pfn start, std::span<std::byte const> pages) {
                     for (uint64_t at = 0; at < pages.size(); at += page_size_) {
                         auto const page = pages.subspan(at, page_size_);
                         if (has_type(number_at(page, page_type_), PageType::Buddy))
                             visit(start + at / page_size_, number_at(page, private_));
                     }
                 });
}

} // namespace pagelab::guest
