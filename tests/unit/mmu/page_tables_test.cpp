// Page-table dumps against walks of single addresses, on random tables of every mode; and tables
// that contain themselves.
#include <doctest/doctest.h>

#include <map>
#include <random>

#include "emu/mmu/page_tables.hpp"
#include "emu/mmu/page_tree.hpp"
#include "emu/mmu/translate.hpp"
#include "tests/unit/mmu/table_memory.hpp"

using namespace pagelab;
using namespace pagelab::mmu;

namespace {

constexpr uint64_t kPages = 24; // of memory, all of them tables

Context context_of(PagingMode mode)
{
    Context context;
    context.cr0 = x86::cr0::Paging::mask | x86::cr0::ProtectionEnable::mask;
    context.cr4 = x86::cr4::PageSizeExtensions::mask;
    context.efer = x86::efer::NoExecuteEnable::mask;
    if (mode != PagingMode::Bits32)
        context.cr4 |= x86::cr4::PhysicalAddressExtension::mask;
    if (mode == PagingMode::Level4 || mode == PagingMode::Level5)
        context.efer |= x86::efer::LongModeEnable::mask;
    if (mode == PagingMode::Level5)
        context.cr4 |= x86::cr4::LinearAddress57::mask;
    return context;
}

// Few entries are present, so that the whole address space can be listed; few lead downwards.
class RandomTables {
  public:
    RandomTables(PagingMode mode, uint64_t seed) : random_(seed)
    {
        bool const narrow = mode == PagingMode::Bits32;
        for (uint64_t at = 0; at < kPages * kPageSize; at += narrow ? 4 : 8) {
            if (below(40) != 0)
                continue;
            uint64_t const raw = entry(mode);
            narrow ? memory.put_u32(at, static_cast<uint32_t>(raw)) : memory.put_u64(at, raw);
        }
        if (mode == PagingMode::Pae)
            for (uint64_t i = 0; i < 4; ++i)
                memory.put_u64(i * 8, (1 + below(kPages - 1)) << 12 | 1);
    }

    test::TableMemory memory{kPages * kPageSize};

  private:
    uint64_t below(uint64_t limit) { return random_() % limit; }
    uint64_t entry(PagingMode mode)
    {
        uint64_t raw = 1 | (random_() & 0x17e);
        if (below(6) == 0)
            raw |= 0x80 | below(8) << 22;
        else
            raw |= below(kPages * 3 / 2) << 12;
        if (mode != PagingMode::Bits32 && below(4) == 0)
            raw |= uint64_t{1} << 63;
        if (mode != PagingMode::Bits32 && below(30) == 0)
            raw |= uint64_t{1} << 45;
        return raw;
    }
    std::mt19937_64 random_;
};

void check_page(Context const& context, test::TableMemory const& memory, PageRun const& run,
                uint64_t page)
{
    VirtAddr const address = run.start + (page << run.page_shift);
    auto const walked = translate(context, memory, address, {});
    REQUIRE(walked);
    uint64_t const ahead = run.frames == Frames::Contiguous ? page << run.page_shift : 0;
    CHECK(walked->address == run.physical + ahead);
    CHECK(walked->permissions == run.permissions());
    CHECK(walked->page_shift == run.page_shift);
}

void check_against_walks(PagingMode mode, uint64_t seed)
{
    RandomTables tables(mode, seed);
    Context const context = context_of(mode);
    constexpr unsigned kMaxRuns = 3000;
    std::vector<PageRun> runs;
    PageTotals const totals = read_page_tables(context, tables.memory, {}, [&](PageRun const& run) {
        runs.push_back(run);
        return runs.size() < kMaxRuns;
    });
    uint64_t mapped = 0;
    for (size_t i = 0; i < runs.size(); ++i) {
        check_page(context, tables.memory, runs[i], 0);
        check_page(context, tables.memory, runs[i], runs[i].pages - 1);
        mapped += runs[i].size();
        if (i == 0)
            continue;
        VirtAddr const end = runs[i - 1].start + runs[i - 1].size();
        REQUIRE(end <= runs[i].start);
        PageRun joined = runs[i - 1];
        CHECK(!extend(joined, runs[i]));
        bool const is_long = mode == PagingMode::Level4 || mode == PagingMode::Level5;
        if (end < runs[i].start && !(is_long && end.value >> 63 != runs[i].start.value >> 63)) {
            CHECK(!translate(context, tables.memory, end, {}));
            CHECK(!translate(context, tables.memory, runs[i].start - 1, {}));
        }
    }
    if (!totals.complete)
        return;
    uint64_t sum = 0;
    for (uint64_t const bytes : totals.bytes)
        sum += bytes;
    CHECK(sum == mapped);
}

} // namespace

TEST_CASE("page tables: every run is what walks of its pages give, in all modes")
{
    for (auto const mode :
         {PagingMode::Bits32, PagingMode::Pae, PagingMode::Level4, PagingMode::Level5})
        for (uint64_t seed = 1; seed <= 12; ++seed) {
            CAPTURE(name(mode));
            CAPTURE(seed);
            check_against_walks(mode, seed);
        }
}

TEST_CASE("page tables: a root all of whose entries lead back to it maps one page everywhere")
{
    test::TableMemory memory(kPageSize);
    for (uint64_t i = 0; i < 512; ++i)
        memory.put_u64(i * 8, 0x67);
    for (auto const mode : {PagingMode::Level4, PagingMode::Level5}) {
        std::vector<PageRun> runs;
        PageTotals const totals =
            read_page_tables(context_of(mode), memory, {}, [&](PageRun const& run) {
                runs.push_back(run);
                return true;
            });
        unsigned const levels = level_count(mode);
        CHECK(totals.tables == levels);
        CHECK(totals.complete);
        CHECK(totals.bytes[7] == uint64_t{1} << (12 + 9 * levels));
        REQUIRE(runs.size() == 2); // the two halves of the address space
        CHECK(runs[0].frames == Frames::Same);
        CHECK(runs[0].start == VirtAddr(0));
        CHECK(runs[0].pages == uint64_t{1} << (9 * levels - 1));
        CHECK(runs[1].start.value == ~uint64_t{0} << (11 + 9 * levels));
    }
}

TEST_CASE("page tables: two roots that lead to each other in turn: a cap ends the list at once")
{
    test::TableMemory memory(2 * kPageSize);
    for (uint64_t i = 0; i < 512; ++i) {
        memory.put_u64(i * 8, (i % 2) << 12 | 0x67);
        memory.put_u64(kPageSize + i * 8, ((i + 1) % 2) << 12 | 0x67);
    }
    unsigned seen = 0;
    auto const take = [&](PageRun const&) { return ++seen < 100; };
    PageTotals const totals = read_page_tables(context_of(PagingMode::Level4), memory, {}, take);
    CHECK(seen == 100);
    CHECK(!totals.complete);
    CHECK(totals.tables == 7);
    CHECK(totals.bytes[7] == uint64_t{1} << 48);

    Selection none;
    none.rights = 1; // nothing is read-only and so on: found without a look at each page
    seen = 0;
    CHECK(read_page_tables(context_of(PagingMode::Level4), memory, none, take).complete);
    CHECK(seen == 0);
    Selection absent;
    absent.only = PhysAddr(0x5000);
    CHECK(read_page_tables(context_of(PagingMode::Level4), memory, absent, take).complete);
    CHECK(seen == 0);
}

TEST_CASE("page tables: ranges, single pages, any frames, aliases")
{
    test::TableMemory memory(4 * kPageSize);
    Context const context = context_of(PagingMode::Bits32);
    memory.put_u32(0, 0x1067);
    for (uint32_t i = 0; i < 8; ++i)
        memory.put_u32(kPageSize + i * 4, (i < 4 ? 0x10000 + i * 0x1000 : 0x10000) | 0x7);
    auto const read = [&](Selection const& selection) {
        std::vector<PageRun> runs;
        read_page_tables(context, memory, selection, [&](PageRun const& run) {
            runs.push_back(run);
            return true;
        });
        return runs;
    };
    REQUIRE(read({}).size() == 2);
    CHECK(read({})[0].pages == 4);
    CHECK(read({})[1].frames == Frames::Same);
    Selection any;
    any.merge = Frames::Any;
    REQUIRE(read(any).size() == 1);
    CHECK(read(any)[0].pages == 8);
    Selection range;
    range.first = VirtAddr(0x1800);
    range.last = VirtAddr(0x2000);
    REQUIRE(read(range).size() == 1);
    CHECK(read(range)[0].start == VirtAddr(0x1000));
    CHECK(read(range)[0].physical == PhysAddr(0x11000));
    CHECK(read(range)[0].pages == 2);
    Selection each;
    each.page_by_page = true;
    REQUIRE(read(each).size() == 8);
    CHECK(read(each)[3].physical == PhysAddr(0x13000));
    Selection aliases;
    aliases.only = PhysAddr(0x10123);
    REQUIRE(read(aliases).size() == 2);
    CHECK(read(aliases)[0].pages == 1);
    CHECK(read(aliases)[1].start == VirtAddr(0x4000));
    CHECK(read(aliases)[1].pages == 4);
}

TEST_CASE("page tables: a tree enters each table once, and folds entries that are alike")
{
    test::TableMemory memory(2 * kPageSize);
    for (uint64_t i = 0; i < 512; ++i)
        memory.put_u64(i * 8, 0x67);
    memory.put_u64(7 * 8, 0);
    memory.put_u64(9 * 8, uint64_t{1} << 50 | 0x67);
    std::vector<TreeRow> rows;
    read_page_tree(context_of(PagingMode::Level4), memory, [&](TreeRow const& row) {
        rows.push_back(row);
        return true;
    });
    // At each level 0-6, 8, 9 (reserved) and the rest; at the last level pages, which differ from
    // tables in that their frames are the same and so not contiguous.
    REQUIRE(rows.size() > 8);
    CHECK(rows[0].level == 4);
    CHECK(rows[0].last == 6);
    CHECK(!rows[0].seen);
    CHECK(rows[1].level == 3);
    CHECK(rows[1].depth == 1);
    CHECK(rows[3].kind == EntryKind::Page);
    auto const last = rows.back();
    CHECK(last.level == 4);
    CHECK(last.first == 10);
    CHECK(last.last == 511);
    CHECK(last.seen);
    CHECK(last.start.value == 10 * (uint64_t{1} << 39));
}
