// read_page_tree: the tables themselves, each entered once, neighbouring entries alike in one row.
//
//   PML4[111]       -> table        PDPT[000-003] -> the same table, four times
//     PDPT[000]     -> table          PD[000]     -> ...
//       PD[000-1ff] -> 2 MiB pages
//
// A table met again at the same level is not entered again (TreeRow::seen), so tables that are
// shared or contain themselves end. The form is that of the "info pg" proposed for QEMU.
#pragma once

#include <unordered_set>

#include "emu/mmu/table_view.hpp"
#include "emu/mmu/with_format.hpp"

namespace pagelab::mmu {

struct TreeRow {
    unsigned level = 0; // 5 PML5 .. 1 page table
    unsigned depth = 0; // 0: the root's
    unsigned first = 0; // entries of one table
    unsigned last = 0;  // inclusive
    VirtAddr start;     // of what the first maps
    uint64_t raw = 0;   // the first
    PhysAddr target;    // the table, or the first one's page
    EntryKind kind = EntryKind::Nothing;
    uint64_t page_size = 0; // bytes; of pages
    bool seen = false;      // a table that was entered before, or not at all since there are many
};

inline constexpr size_t kMaxTreeTables = 1 << 20;

template<class Format, PhysicalReader Memory, class Visit>
class PageTreeReader {
  public:
    PageTreeReader(Context const& context, Memory const& memory, Visit& visit)
        : context_(context), memory_(memory), visit_(visit)
    {
    }

    bool enter(unsigned level, PhysAddr address, uint64_t start)
    {
        auto const table = TableView<Format>::load(context_, memory_, level, address);
        for (unsigned i = 0; i < table.entries;) {
            TreeRow row = row_at(table, level, i, start);
            while (row.last + 1 < table.entries && goes_on(table, row))
                ++row.last;
            i = row.last + 1;
            if (row.kind == EntryKind::Nothing)
                continue;
            bool const enters = row.kind == EntryKind::Table && may_enter(level - 1, row.target);
            row.seen = row.kind == EntryKind::Table && !enters;
            if (!visit_(row) || (enters && !enter(level - 1, row.target, row.start.value)))
                return false;
        }
        return true;
    }

  private:
    static constexpr uint64_t kUsed = x86::pte::Accessed::mask | x86::pte::Dirty::mask;

    TreeRow row_at(TableView<Format> const& table, unsigned level, unsigned index,
                   uint64_t start) const
    {
        uint64_t const raw = table[index];
        using View = TableView<Format>;
        TreeRow row{level,
                    Format::kLevels - level,
                    index,
                    index,
                    VirtAddr(View::canonical(start + View::offset(level, index))),
                    raw,
                    PhysAddr(),
                    View::kind(level, raw, context_.rules()),
                    0,
                    false};
        if (row.kind == EntryKind::Page) {
            row.target = Format::page(level, raw);
            row.page_size = View::offset(level, 1);
        } else if (row.kind == EntryKind::Table) {
            row.target = Format::table(raw);
        }
        return row;
    }

    // Whether the next entry is as the row is.
    bool goes_on(TableView<Format> const& table, TreeRow const& row) const
    {
        using View = TableView<Format>;
        uint64_t const raw = table[row.last + 1];
        EntryKind const kind = View::kind(row.level, raw, context_.rules());
        if (kind != row.kind || kind == EntryKind::Nothing || kind == EntryKind::Reserved)
            return kind == row.kind && (kind == EntryKind::Nothing || raw == row.raw);
        if (kind == EntryKind::Table)
            return raw == row.raw;
        uint64_t const distance = uint64_t{row.last + 1 - row.first} * row.page_size;
        PageRun const first = View::page(row.level, 0, row.raw);
        PageRun const next = View::page(row.level, 0, raw);
        return next.physical == row.target + distance && next.flags == first.flags &&
               next.in_all == first.in_all;
    }

    bool may_enter(unsigned level, PhysAddr table)
    {
        return seen_.size() < kMaxTreeTables && seen_.insert(table.value << 3 | level).second;
    }

    Context const& context_;
    Memory const& memory_;
    Visit& visit_;
    std::unordered_set<uint64_t> seen_; // address and level
};

// Calls visit(TreeRow) -> bool, a table's rows before those below them, until it says false.
template<PhysicalReader Memory, class Visit>
void read_page_tree(Context const& context, Memory const& memory, Visit visit)
{
    PagingMode const mode = paging_mode(context);
    if (mode == PagingMode::None)
        return;
    with_format(mode, [&]<class Format>() {
        PageTreeReader<Format, Memory, Visit> reader(context, memory, visit);
        reader.enter(Format::kLevels, Format::root(context.cr3), 0);
    });
}

} // namespace pagelab::mmu
