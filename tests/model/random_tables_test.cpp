// The walker against Unicorn over tables of random entries: recursion, sharing, any depth.
//
// To repeat a failure: MMU_SEED=<seed> tests/bin/model_mmu -tc="random tables*"
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "tests/model/mmu_oracle.hpp"

using namespace pagelab;
using namespace pagelab::test;
using mmu::Access;
using mmu::Operation;
using mmu::PagingMode;
using mmu::Requester;

namespace {

constexpr uint64_t kPool = 0x10'0000; // the tables: 16 pages from here
constexpr unsigned kPoolPages = 16;
constexpr unsigned kTableSets = 300;
constexpr unsigned kAccesses = 2000; // of each set

class RandomTables {
  public:
    explicit RandomTables(uint64_t seed) : random_(seed) {}

    unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
    bool one_in(unsigned count) { return below(count) == 0; }

    // Mostly present and permissive, seldom reserved; a table of the pool, a data page, a large
    // page, or the low 8 MiB with a size bit.
    uint64_t entry(PagingMode mode)
    {
        uint64_t value = random_() & 0xe78; // PWT, PCD, A, D, software
        value |= !one_in(20);
        value |= uint64_t{!one_in(6)} << 1 | uint64_t{!one_in(6)} << 2;
        value |= uint64_t{one_in(12)} << 7;
        value |= uint64_t{one_in(3)} << 8;
        if ((value & 0x80) != 0)
            value |= uint64_t{below(8)} << 21;
        else if (one_in(3))
            value |= MmuOracle::kDataStart + below(2000) * kPageSize;
        else
            value |= kPool + below(kPoolPages) * kPageSize;
        if (mode == PagingMode::Bits32)
            return value;
        value |= uint64_t{one_in(8)} << 63;
        if (one_in(40))
            value |= uint64_t{1} << (40 + below(23));
        return value;
    }

    // A PDPTE has no rights, and Unicorn overlooks what is reserved in their place.
    uint64_t pointer(PagingMode mode)
    {
        uint64_t const value = entry(mode) & ~uint64_t{0x8000'0000'0000'01e6};
        return one_in(10) ? value | uint64_t{1} << 63 : value;
    }

    mmu::Context context(PagingMode mode)
    {
        bool const narrow = mode == PagingMode::Bits32;
        bool const wide = mode == PagingMode::Level4 || mode == PagingMode::Level5;
        mmu::Context context;
        context.cr0 = 0x8000'0001 | uint64_t{below(2)} << 16;
        context.cr3 = kPool;
        context.cr4 = uint64_t{below(2)} << 20 | uint64_t{below(2)} << 21;
        context.cr4 |= narrow ? uint64_t{below(2)} << 4 : 0x20;
        context.cr4 |= mode == PagingMode::Level5 ? 0x1000 : 0;
        context.efer = uint64_t{!one_in(4)} << 11 | uint64_t{wide} << 8;
        context.rflags = uint64_t{below(2)} << 18;
        return context;
    }

    VirtAddr address(PagingMode mode)
    {
        uint64_t const offset = random_() & 0xff8;
        bool const low = one_in(2); // so that a 1 GiB page ends within RAM
        uint64_t value = (low ? random_() & 0x00ff'f000 : random_() & 0x3fff'f000) | offset;
        value |= random_() << 30;
        unsigned const index = cpu::MmuProbe::stub_index(mode);
        if (mode == PagingMode::Bits32)
            return VirtAddr(value & 0xffff'ffff & ~uint64_t{0x400000}); // not the stubs' 0x3ff
        if (mode == PagingMode::Pae)
            return VirtAddr((value & 0x3fff'ffff) | below(index) << 30);
        unsigned const top = mode == PagingMode::Level5 ? 56 : 47;
        if (!one_in(16)) { // else most likely not canonical
            value &= (uint64_t{2} << top) - 1;
            if ((value >> top & 1) != 0)
                value |= ~uint64_t{0} << top;
        }
        return VirtAddr(value);
    }

    Access access(unsigned& level)
    {
        level = one_in(2) ? 3 : 0;
        if (one_in(8))
            return {Operation::Read, Requester::ImplicitSupervisor};
        return {static_cast<Operation>(below(3)),
                level == 3 ? Requester::User : Requester::Supervisor};
    }

    void fill(MmuOracle& oracle, PagingMode mode)
    {
        unsigned const bytes = mode == PagingMode::Bits32 ? 4 : 8;
        for (uint64_t at = kPool; at < kPool + kPoolPages * kPageSize; at += bytes)
            oracle.put(at, entry(mode), bytes);
        if (mode == PagingMode::Pae)
            for (uint64_t at = kPool; at < kPool + 32; at += bytes)
                oracle.put(at, pointer(mode), bytes);
        oracle.probe().map_stubs(context(mode));
    }

  private:
    std::mt19937_64 random_;
};

uint64_t chosen_seed()
{
    char const* const text = std::getenv("MMU_SEED");
    return text == nullptr ? 20240611 : std::strtoull(text, nullptr, 0);
}

void compare_random(PagingMode mode)
{
    uint64_t const seed = chosen_seed();
    MmuOracle oracle;
    RandomTables tables(seed);
    uint64_t mismatches = 0;
    for (unsigned set = 0; set < kTableSets; ++set) {
        tables.fill(oracle, mode);
        auto const pool = oracle.ram().subspan(kPool, kPoolPages * kPageSize);
        std::vector<std::byte> const before(pool.begin(), pool.end());
        for (unsigned i = 0; i < kAccesses; ++i) {
            unsigned level = 0;
            mmu::Context const context = tables.context(mode);
            VirtAddr const address = tables.address(mode);
            Access const access = tables.access(level);
            std::string const text = oracle.difference(context, address, access, level);
            if (!text.empty() && ++mismatches < 10)
                MESSAGE("set " << set << " " << fmt::format("{:#x}: ", address.value) << text);
        }
        if (!std::ranges::equal(pool, before)) // something else in the tables was touched
            ++mismatches;
    }
    MESSAGE(std::string(name(mode))
            << ", seed " << seed << ": " << oracle.accesses << " accesses, " << oracle.allowed
            << " allowed, " << oracle.skipped << " left RAM");
    CHECK(oracle.allowed > oracle.accesses / 50);
    CHECK(oracle.skipped < oracle.accesses);
    CHECK(mismatches == 0);
}

} // namespace

TEST_CASE("random tables, 32-bit paging")
{
    compare_random(PagingMode::Bits32);
}
TEST_CASE("random tables, PAE paging")
{
    compare_random(PagingMode::Pae);
}
TEST_CASE("random tables, 4-level paging")
{
    compare_random(PagingMode::Level4);
}
TEST_CASE("random tables, 5-level paging")
{
    compare_random(PagingMode::Level5);
}
