// read_page_tables: everything that page tables map, as runs of equal pages, and their totals.
//
//   PageTotals const totals = read_page_tables(context, memory, {}, [](PageRun const& run) {
//       ...; return true; // go on
//   });
//
// Tables may be shared, or contain themselves: a root of which each entry leads back to it maps
// 2^36 pages. So each table is summed up once for each level it is used at (Summary), and one that
// maps a single run is not entered again: sharing costs nothing, and levels only ever descend.
// Linux' ptdump and gef have special cases for such tables (KASAN's shadow, espfix); this has none.
//
// Effective rights as in walk.hpp. An entry with a reserved bit maps nothing, as for the CPU, and
// is counted. With paging off there is nothing to read: no runs.
#pragma once

#include <functional>
#include <unordered_map>
#include <unordered_set>

#include "emu/mmu/table_view.hpp"
#include "emu/mmu/with_format.hpp"

namespace pagelab::mmu {

// Which runs are wanted, and in what pieces.
struct Selection {
    VirtAddr first;
    VirtAddr last{~uint64_t{0}};  // inclusive
    uint8_t rights = 0xff;        // bit r: pages with rights r
    std::optional<PhysAddr> only; // pages that this byte is in
    bool page_by_page = false;    // no merging
    Frames merge = Frames::Contiguous;
    std::function<bool()> keep_going; // asked at each table; false ends it
};

struct PageTotals {
    std::array<uint64_t, kRights> bytes{}; // mapped in the whole address space, by rights
    uint64_t tables = 0;           // different ones, also counted for each level they are at
    uint64_t reserved_entries = 0; // in them, with a reserved bit set
    bool complete = true;          // false: stopped, or more than kMaxTables
};

// Of hostile memory more are not read. A machine's whole RAM has at most 64 GiB / 2 MiB.
inline constexpr uint64_t kMaxTables = uint64_t{1} << 20;

template<class Format, PhysicalReader Memory, class Visit>
class PageTableReader {
  public:
    PageTableReader(Context const& context, Memory const& memory, Selection const& selection,
                    Visit& visit)
        : context_(context), rules_(context.rules()), memory_(memory), selection_(selection),
          visit_(visit)
    {
    }

    PageTotals read(PhysAddr root)
    {
        Summary const& all = sum_up(Format::kLevels, root);
        totals_.bytes = all.bytes;
        bool const whole = enter(Format::kLevels, root, 0, flags_of(kRights - 1)) &&
                           (pending_.pages == 0 || visit_(pending_));
        totals_.complete = totals_.complete && whole;
        return totals_;
    }

  private:
    using Table = TableView<Format>;
    using Kind = EntryKind;

    struct Summary {
        std::array<uint64_t, kRights> bytes{};
        PageRun only; // if all of the table is one run: it, from address 0 on
    };
    static uint64_t offset(unsigned level, unsigned index) { return Table::offset(level, index); }
    static uint64_t key(unsigned level, PhysAddr table) { return table.value << 3 | level; }

    Summary const& sum_up(unsigned level, PhysAddr address)
    {
        auto const known = summaries_.find(key(level, address));
        if (known != summaries_.end())
            return known->second;
        static Summary const kNothing;
        if (totals_.tables == kMaxTables || (level > 1 && !keeps_going())) {
            totals_.complete = false;
            return kNothing;
        }
        ++totals_.tables;
        Table const table = Table::load(context_, memory_, level, address);
        Summary sum;
        bool is_one_run = true;
        for (unsigned i = 0; i < table.entries; ++i) {
            uint64_t const raw = table[i];
            Kind const what = Table::kind(level, raw, rules_);
            totals_.reserved_entries += what == Kind::Reserved;
            PageRun run;
            if (what == Kind::Page) {
                sum.bytes[rights(raw)] += offset(level, 1);
                if (is_one_run)
                    run = Table::page(level, offset(level, i), raw);
            } else if (what == Kind::Table) {
                run = add(sum, level, i, raw);
            }
            is_one_run = is_one_run && run.pages != 0 && extend(sum.only, run);
        }
        if (!is_one_run)
            sum.only = {};
        return summaries_.emplace(key(level, address), sum).first->second;
    }

    // A table's sum to that of the one above; its only run, if it is one.
    PageRun add(Summary& sum, unsigned level, unsigned index, uint64_t raw)
    {
        Summary const& child = sum_up(level - 1, Format::table(raw));
        uint64_t const above = Table::flags_above(level, raw);
        for (unsigned r = 0; r < kRights; ++r)
            sum.bytes[rights(below(flags_of(r), above))] += child.bytes[r];
        return moved(child.only, offset(level, index), above);
    }

    static PageRun moved(PageRun run, uint64_t start, uint64_t above)
    {
        run.start += start;
        run.flags = below(run.flags, above);
        return run;
    }

    // The runs of a table at `start`, whose entries are below ones with the flags `above`. False to
    // end it all.
    bool enter(unsigned level, PhysAddr address, uint64_t start, uint64_t above)
    {
        if (!keeps_going())
            return false;
        Table const table = Table::load(context_, memory_, level, address);
        for (unsigned i = 0; i < table.entries; ++i) {
            uint64_t const raw = table[i];
            Kind const what = Table::kind(level, raw, rules_);
            uint64_t const from = Table::canonical(start + offset(level, i));
            uint64_t const to = from + (offset(level, 1) - 1);
            if (what < Kind::Page || to < selection_.first.value || from > selection_.last.value)
                continue;
            bool const goes_on =
                what == Kind::Page
                    ? offer(moved(Table::page(level, 0, raw), from, above))
                    : enter_entry(level, raw, from, below(Table::flags_above(level, raw), above));
            if (!goes_on)
                return false;
        }
        return true;
    }

    bool enter_entry(unsigned level, uint64_t raw, uint64_t start, uint64_t above)
    {
        PhysAddr const address = Format::table(raw);
        Summary const& sum = sum_up(level - 1, address);
        if (!has_wanted(sum, above) || barren_.contains(key(level - 1, address)))
            return true;
        if (sum.only.pages != 0)
            return offer(moved(sum.only, start, above));
        uint64_t const before = offered_;
        bool const goes_on = enter(level - 1, address, start, above);
        if (goes_on && offered_ == before && is_all_selected(level, start))
            barren_.insert(key(level - 1, address));
        return goes_on;
    }

    bool is_all_selected(unsigned level, uint64_t start) const
    {
        return selection_.only && selection_.rights == 0xff && start >= selection_.first.value &&
               start + (offset(level, 1) - 1) <= selection_.last.value;
    }

    bool has_wanted(Summary const& sum, uint64_t above) const
    {
        for (unsigned r = 0; r < kRights; ++r)
            if (sum.bytes[r] != 0 && is_wanted(below(flags_of(r), above)))
                return true;
        return false;
    }

    bool is_wanted(uint64_t flags) const { return (selection_.rights >> rights(flags) & 1) != 0; }

    bool offer(PageRun const& run)
    {
        if (!is_wanted(run.flags))
            return true;
        if (!selection_.only && run.start >= selection_.first && run.start <= selection_.last &&
            run.size() - 1 <= selection_.last - run.start)
            return give(run);
        PageRun part = run;
        return !cut(part) || give(part);
    }

    bool give(PageRun const& run)
    {
        if (selection_.page_by_page)
            return visit_each(run);
        if (extend(pending_, run, selection_.merge))
            return true;
        bool const goes_on = visit_(pending_);
        pending_ = run;
        return goes_on;
    }

    // To what is selected; false if that is nothing.
    bool cut(PageRun& run)
    {
        uint64_t const page_size = uint64_t{1} << run.page_shift;
        if (run.start < selection_.first)
            drop_front(run, (selection_.first - run.start) >> run.page_shift);
        uint64_t const room = (selection_.last - run.start) >> run.page_shift;
        run.pages = std::min(run.pages, room + 1);
        if (!selection_.only)
            return true;
        PhysAddr const wanted = *selection_.only;
        if (wanted < run.physical)
            return false;
        uint64_t const ahead = (wanted - run.physical) >> run.page_shift;
        if (run.frames == Frames::Contiguous && ahead < run.pages) {
            drop_front(run, ahead);
            run.pages = 1;
        } else if (wanted - run.physical >= page_size) {
            return false;
        }
        ++offered_;
        return true;
    }

    static void drop_front(PageRun& run, uint64_t pages)
    {
        run.start += pages << run.page_shift;
        run.pages -= pages;
        if (run.frames == Frames::Contiguous)
            run.physical += pages << run.page_shift;
    }

    bool visit_each(PageRun const& run)
    {
        PageRun one = run;
        one.pages = 1;
        one.frames = Frames::Contiguous;
        for (; one.start - run.start < run.size(); one.start += one.size()) {
            if (!visit_(one))
                return false;
            if (run.frames == Frames::Contiguous)
                one.physical += one.size();
        }
        return true;
    }

    bool keeps_going() const { return !selection_.keep_going || selection_.keep_going(); }

    Context const& context_;
    x86::PagingRules rules_;
    Memory const& memory_;
    Selection const& selection_;
    Visit& visit_;
    PageTotals totals_;
    PageRun pending_;
    uint64_t offered_ = 0;
    std::unordered_map<uint64_t, Summary> summaries_;
    std::unordered_set<uint64_t> barren_; // tables that do not lead to selection_.only
};

// Calls visit(PageRun) -> bool in ascending order of addresses, until it says false.
template<PhysicalReader Memory, class Visit>
PageTotals read_page_tables(Context const& context, Memory const& memory,
                            Selection const& selection, Visit visit)
{
    PagingMode const mode = paging_mode(context);
    if (mode == PagingMode::None)
        return {};
    return with_format(mode, [&]<class Format>() {
        PageTableReader<Format, Memory, Visit> reader(context, memory, selection, visit);
        return reader.read(Format::root(context.cr3));
    });
}

} // namespace pagelab::mmu
