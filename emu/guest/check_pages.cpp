// One look at every struct page.
#include <algorithm>

#include "emu/guest/check.hpp"
#include "emu/guest/page_map.hpp"
#include "emu/guest/page_type.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

class Checker {
  public:
    Checker(KernelView const& view, PageMap const& pages, CheckedStructure& result)
        : view_(view), pages_(pages), result_(result)
    {
    }

    Result<> check()
    {
        flags_ = TRY(pages_.number_in("page", "flags"));
        type_ = TRY(pages_.number_in("page", "page_type"));
        users_ = TRY(pages_.number_in("page", "_refcount"));
        link_ = TRY(pages_.number_in("page", "compound_head"));
        head_flag_ = TRY(flag("PG_head"));
        slab_flag_ = TRY(flag("PG_slab"));
        not_free_ = slab_flag_ | head_flag_ | TRY(flag("PG_lru")) | TRY(flag("PG_locked"));
        uint64_t seen = 0;
        for (Zone const& zone : TRY(read_zones(view_)))
            pages_.for_each_page(zone.start, zone.end(),
                                 [&](Pfn pfn, std::span<std::byte const> page) {
                                     seen++;
                                     look(pfn, page);
                                 });
        result_.counted = fmt::format("{} struct pages", seen);
        return {};
    }

  private:
    Result<uint64_t> flag(char const* name) const
    {
        return uint64_t{1} << (TRY(view_.types().constant(name)) & 63);
    }
    void damaged(char const* what, Pfn pfn, uint64_t expected, uint64_t found)
    {
        note(result_.damage,
             {fmt::format("pfn {:#x}: {}", pfn.value, what), pages_.page_of(pfn), expected, found});
    }

    void look(Pfn pfn, std::span<std::byte const> page)
    {
        uint64_t const flags = number_at(page, flags_);
        uint64_t const users = number_at(page, users_);
        if (has_type(number_at(page, type_), PageType::Buddy)) {
            if (users != 0)
                damaged("a free page has users", pfn, 0, users);
            if ((flags & not_free_) != 0)
                damaged("a free page has flags of one in use", pfn, flags & ~not_free_, flags);
            return;
        }
        if (static_cast<int32_t>(users) < 0)
            damaged("users are less than none", pfn, 0, users);
        if ((flags & slab_flag_) != 0 && users == 0)
            damaged("a slab's page has no user", pfn, 1, users);
        uint64_t const link = number_at(page, link_);
        if (link % 2 != 0 && (flags & (slab_flag_ | head_flag_)) == 0)
            look_at_tail(pfn, link - 1);
    }

    // The head is before its tails, and says that it is one.
    void look_at_tail(Pfn pfn, uint64_t head)
    {
        auto const head_pfn = pages_.pfn_of_page(VirtAddr(head));
        if (!head_pfn || *head_pfn >= pfn || pages_.page_of(*head_pfn).value != head)
            return damaged("a tail page leads to no page before it", pfn, 0, head);
        auto const flags = view_.read_member(VirtAddr(head), flags_);
        if (!flags || (*flags & head_flag_) == 0)
            damaged("a tail page leads to a page that is no head", pfn, head_flag_,
                    flags.value_or(0));
    }

    KernelView const& view_;
    PageMap const& pages_;
    CheckedStructure& result_;
    Member flags_;
    Member type_;
    Member users_;
    Member link_;
    uint64_t head_flag_ = 0;
    uint64_t slab_flag_ = 0;
    uint64_t not_free_ = 0;
};

Result<> check(KernelView const& view, CheckedStructure& result)
{
    PageMap const pages = TRY(PageMap::create(view));
    return Checker(view, pages, result).check();
}

} // namespace

CheckedStructure check_pages(KernelView const& view)
{
    CheckedStructure result;
    result.name = "struct pages";
    if (auto const done = check(view, result); !done)
        result.error = done.error().message;
    return result;
}

} // namespace pagelab::guest
