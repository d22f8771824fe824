// A run's fields, by name.
#include "emu/shell/page_rows.hpp"

#include "emu/mmu/entry_view.hpp"

namespace pagelab::shell {

namespace {

namespace pte = x86::pte;

Json flag_words(mmu::PageRun const& run)
{
    struct Word {
        uint64_t mask;
        char const* all;
        char const* some;
    };
    constexpr Word kOwn[] = {{pte::Global::mask, "GLOBAL", ""},
                             {pte::WriteThrough::mask, "PWT", ""},
                             {pte::CacheDisable::mask, "PCD", ""},
                             {pte::pat_mask(1), "PAT", ""}};
    constexpr Word kUsed[] = {{pte::Accessed::mask, "ACCESSED", "accessed"},
                              {pte::Dirty::mask, "DIRTY", "dirty"}};
    Json words = Json::array();
    for (Word const& word : kOwn)
        if ((run.flags & word.mask) != 0)
            words.push_back(word.all);
    for (Word const& word : kUsed)
        if ((run.in_any & word.mask) != 0)
            words.push_back((run.in_all & word.mask) != 0 ? word.all : word.some);
    return words;
}

} // namespace

PageRows::PageRows(Session& session)
{
    if (auto const kernel = session.target().kernel())
        areas_ = guest::kernel_areas(**kernel);
}

std::string PageRows::area(VirtAddr address) const
{
    guest::AddressArea const* const area = guest::area_of(areas_, address);
    return area == nullptr ? "" : area->name;
}

Json PageRows::row(mmu::PageRun const& run) const
{
    constexpr char const* kFrames[] = {"contiguous", "same", "any"};
    Json row = {{"start", hex(run.start)},
                {"last", hex(run.start + (run.size() - 1))},
                {"size", run.size()},
                {"pages", run.pages},
                {"page_size", mmu::page_size_name(run.page_shift)},
                {"frames", kFrames[static_cast<unsigned>(run.frames)]},
                {"rights", mmu::to_string(run.permissions())},
                {"flags", flag_words(run)}};
    if (run.frames != mmu::Frames::Any)
        row["physical"] = hex(run.physical);
    if (std::string const name = area(run.start); !name.empty())
        row["area"] = name;
    return row;
}

std::string page_flags_text(Json const& row)
{
    std::string text = "[" + plain(row["rights"]);
    for (Json const& flag : row["flags"])
        text += " " + plain(flag);
    return text + "]";
}

} // namespace pagelab::shell
