// A table of flags, and where each means something.
#include "emu/mmu/entry_view.hpp"

#include "emu/mmu/with_format.hpp"

namespace pagelab::mmu {

namespace {

namespace pte = x86::pte;

// Which entries a flag counts in.
enum class In : uint8_t { All, Rights, Leaf, LargeLeaf };

struct Flag {
    char letter;
    char const* word;
    uint64_t mask;
    In in;
};

constexpr Flag kFlags[] = {
    {'X', "NX", pte::NoExecute::mask, In::Rights},
    {'G', "GLOBAL", pte::Global::mask, In::Leaf},
    {'S', "PSE", pte::PageSize::mask, In::LargeLeaf},
    {'D', "DIRTY", pte::Dirty::mask, In::Leaf},
    {'A', "ACCESSED", pte::Accessed::mask, In::Rights},
    {'C', "PCD", pte::CacheDisable::mask, In::All},
    {'T', "PWT", pte::WriteThrough::mask, In::All},
    {'U', "USER", pte::User::mask, In::Rights},
    {'W', "RW", pte::Writable::mask, In::Rights},
    {'P', "PRESENT", pte::Present::mask, In::All},
};

template<class Format>
bool counts(Flag const& flag, unsigned level, bool is_page)
{
    switch (flag.in) {
    case In::All:
        return true;
    case In::Rights:
        return Format::has_rights(level);
    case In::Leaf:
        return is_page;
    case In::LargeLeaf:
        return is_page && level > 1;
    }
    return false;
}

// The flags that are set and mean something: calls visit(flag, its place among the letters).
template<class Format, class Visit>
void for_each_flag(x86::PagingRules const& rules, unsigned level, uint64_t raw, Visit visit)
{
    if (!pte::Present::is_set(raw))
        return;
    bool const is_page = Format::is_page(level, raw, rules);
    for (size_t i = std::size(kFlags); i-- != 0;)
        if ((raw & kFlags[i].mask) != 0 && counts<Format>(kFlags[i], level, is_page))
            visit(kFlags[i], i);
}

template<class Format>
EntryView view_entry(x86::PagingRules const& rules, VirtAddr address, WalkStep const& step)
{
    EntryView view;
    view.level = step.level;
    view.index = Format::index(step.level, address);
    view.address = step.entry;
    view.raw = step.raw;
    view.has_rights = Format::has_rights(step.level);
    view.letters.assign(std::size(kFlags), '-');
    for_each_flag<Format>(rules, step.level, step.raw, [&](Flag const& flag, size_t place) {
        view.letters[place] = flag.letter;
        view.words.push_back(flag.word);
    });
    if (!pte::Present::is_set(step.raw))
        return view;
    bool const is_page = Format::is_page(step.level, step.raw, rules);
    if (is_page && (step.raw & pte::pat_mask(step.level)) != 0)
        view.words.push_back("PAT");
    view.reserved = step.raw & Format::reserved(step.level, step.raw, rules);
    if (view.reserved != 0)
        return view;
    view.is_page = is_page;
    view.page_shift = is_page ? Format::page_shift(step.level) : 0;
    view.leads_to = is_page ? Format::page(step.level, step.raw) : Format::table(step.raw);
    return view;
}

template<class Format>
std::vector<EntryView> view_all(Context const& context, VirtAddr address, WalkTrace const& trace)
{
    std::vector<EntryView> views;
    Permissions effective;
    for (WalkStep const& step : trace) {
        EntryView view = view_entry<Format>(context.rules(), address, step);
        if (Format::has_rights(step.level)) {
            effective.writable = effective.writable && pte::Writable::is_set(step.raw);
            effective.user = effective.user && pte::User::is_set(step.raw);
            effective.executable = effective.executable && !pte::NoExecute::is_set(step.raw);
        }
        view.effective = effective;
        views.push_back(std::move(view));
    }
    return views;
}

} // namespace

char const* level_name(unsigned level)
{
    constexpr char const* kNames[] = {"?", "PT", "PD", "PDPT", "PML4", "PML5"};
    return kNames[level < std::size(kNames) ? level : 0];
}

char const* page_size_name(unsigned page_shift)
{
    switch (page_shift) {
    case 12:
        return "4K";
    case 21:
        return "2M";
    case 22:
        return "4M";
    case 30:
        return "1G";
    default:
        return "?";
    }
}

std::string to_string(Permissions permissions)
{
    std::string text = "R";
    text += permissions.writable ? 'W' : '-';
    text += permissions.executable ? 'X' : '-';
    return text + (permissions.user ? " USER" : " KERN");
}

std::string entry_letters(Context const& context, unsigned level, uint64_t raw)
{
    std::string letters(std::size(kFlags), '-');
    with_format(paging_mode(context), [&]<class Format>() {
        for_each_flag<Format>(context.rules(), level, raw, [&](Flag const& flag, size_t place) {
            letters[place] = flag.letter;
        });
    });
    return letters;
}

std::vector<EntryView> view_entries(Context const& context, VirtAddr address,
                                    WalkTrace const& trace)
{
    if (trace.empty())
        return {};
    return with_format(paging_mode(context),
                       [&]<class Format>() { return view_all<Format>(context, address, trace); });
}

} // namespace pagelab::mmu
