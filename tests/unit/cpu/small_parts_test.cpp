// The parts that are plain data: models, block counts, page use, and delivery's view of memory.
#include "emu/cpu/block_counter.hpp"
#include "emu/cpu/cpu_model.hpp"
#include "emu/cpu/cpuid.hpp"
#include "emu/cpu/linear_access.hpp"
#include "emu/cpu/page_use.hpp"

#include <array>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace pagelab;
using cpu::BlockCounter;
using cpu::CpuidLeaf;
using cpu::PageUse;

TEST_CASE("models: names are lower case and unique, each is found, others are refused by name")
{
    std::set<std::string_view> names;
    for (cpu::CpuModel const& model : cpu::cpu_models()) {
        CHECK(names.insert(model.name).second);
        for (char const c : model.name)
            CHECK((c < 'A' || c > 'Z'));
        auto const found = cpu::find_cpu_model(model.name);
        REQUIRE(found);
        CHECK(found->library_number == model.library_number);
    }
    CHECK(names.contains("max"));
    for (std::string_view const name : {"", "Max", "max ", "8086"}) {
        auto const refused = cpu::find_cpu_model(name);
        REQUIRE(!refused);
        CHECK(refused.error().message.find("max, ") != std::string::npos); // lists the known
    }
}

TEST_CASE("CPUID corrections: from all ones and from all zeros")
{
    constexpr CpuidLeaf kOnes{~0u, ~0u, ~0u, ~0u};
    CpuidLeaf const one = cpu::correct_cpuid(1, 0, kOnes);
    CHECK(one.eax == ~0u);
    CHECK(one.ebx == 0xffff);
    CHECK((one.edx >> 28 & 1) == 0);
    CHECK(one.edx == ~(1u << 28));
    auto const without = [](std::initializer_list<unsigned> bits) {
        uint32_t mask = 0;
        for (unsigned const bit : bits)
            mask |= 1u << bit;
        return ~mask;
    };
    CHECK(one.ecx == without({3, 5, 12, 17, 21, 24, 26, 27, 28, 29, 30}));
    CpuidLeaf const seven = cpu::correct_cpuid(7, 0, kOnes);
    CHECK(seven.ebx == without({4, 5, 10, 11, 14, 16, 17, 18, 21, 25, 26, 27, 28, 29, 30, 31}));
    CHECK(seven.ecx == without({1, 3, 4, 6, 8, 9, 10, 11, 12, 14, 22}));
    CHECK(seven.edx == 0);
    CHECK(cpu::correct_cpuid(1, 0, {}).ecx == 1u << 31); // the hypervisor bit is all we add
    CHECK(cpu::correct_cpuid(7, 1, kOnes) == CpuidLeaf{~0u, 0, 0, 0});
    CHECK(cpu::correct_cpuid(0xd, 0, kOnes) == CpuidLeaf{});
    CHECK(cpu::correct_cpuid(0x4000'0020, 0, kOnes) == CpuidLeaf{});
    CHECK(cpu::correct_cpuid(0x4000'0100, 0, kOnes) == kOnes);
    CHECK(cpu::correct_cpuid(0x8000'0008, 0, {0x3039, 0, 0, 0}).eax == 0x3028);
    for (uint32_t const leaf : {0u, 2u, 4u, 0x8000'0000u, 0x8000'0002u})
        CHECK(cpu::correct_cpuid(leaf, 0, kOnes) == kOnes);
}

TEST_CASE("block counts: known, unknown, and by size")
{
    BlockCounter counter;
    CHECK(counter.find(0x1000, 4) == 0);
    counter.report_translation(0x1000, 4, 2);
    CHECK(counter.find(0x1000, 4) == 2);
    CHECK(counter.find(0x1000, 5) == 0);
    CHECK(counter.find(0x1001, 4) == 0);
    counter.report_translation(0x1000, 6, 3); // the same code, cut elsewhere: besides
    CHECK(counter.find(0x1000, 6) == 3);
    CHECK(counter.find(0x1000, 4) == 2);
}

TEST_CASE("block counts: two counts under one address and size are ambiguous for good")
{
    BlockCounter counter;
    counter.report_translation(0x1000, 4, 2);
    counter.report_translation(0x1000, 4, 2); // the same again is not
    CHECK(counter.find(0x1000, 4) == 2);
    counter.report_translation(0x1000, 4, 3);
    CHECK(counter.find(0x1000, 4) == 0);
    counter.report_translation(0x1000, 4, 3);
    CHECK(counter.find(0x1000, 4) == 0);
    counter.remember(0x1000, 4, 3); // one look at the code does not settle it
    CHECK(counter.find(0x1000, 4) == 0);
}

TEST_CASE("block counts: of three addresses with one hash the oldest goes, none mix")
{
    BlockCounter counter;
    uint64_t const first = 0x1000, second = first ^ (1 << 13) ^ 1, third = first ^ (2 << 13) ^ 2;
    counter.report_translation(first, 4, 2);
    counter.remember(second, 4, 3);
    CHECK(counter.find(second, 4) == 3);
    CHECK(counter.find(first, 4) == 2);
    counter.remember(second, 4, 5); // known already: stays
    CHECK(counter.find(second, 4) == 3);
    counter.report_translation(third, 4, 7);
    CHECK(counter.find(first, 4) == 0);
    CHECK(counter.find(second, 4) == 3);
    CHECK(counter.find(third, 4) == 7);
    counter.note_pause(first, 4);
    CHECK(!counter.ends_in_pause(first, 4));
    CHECK(!counter.is_hot(first, 4));
}

TEST_CASE("page use: flags by page frame, none beyond the end, none after forget")
{
    PageUse use(PhysAddr(0x10'0000));
    PhysAddr const page{0x3000}, beyond{0x10'0000};
    use.set(page, PageUse::Code);
    CHECK(use.has(page, PageUse::Code));
    CHECK(use.has(page + 0xfff, PageUse::Code));
    CHECK(!use.has(page, PageUse::Writable));
    CHECK(!use.has(page + 0x1000, PageUse::Code));
    use.set(page, PageUse::Writable);
    use.clear(page, PageUse::Code);
    CHECK(!use.has(page, PageUse::Code));
    CHECK(use.has(page, PageUse::Writable));
    use.set(beyond, PageUse::Code);
    use.clear(beyond, PageUse::Code);
    CHECK(!use.has(beyond, PageUse::Code));
    use.forget();
    CHECK(!use.has(page, PageUse::Writable));
}

namespace {

constexpr uint64_t kAccessed = 0x20, kDirty = 0x40;

// Two pages mapped to themselves by 4-level tables; the second may be taken away.
struct Paged {
    Paged() : rom(0x1'0000), memory(std::move(mem::PhysicalMemory::create(16u << 20, rom).value()))
    {
        state.cr0 = 0x8001'0001;
        state.cr3 = 0x1000;
        state.cr4 = 0x20;
        state.efer = 0xd00;
        put(0x1000, 0x2003);
        put(0x2000, 0x3003);
        put(0x3000, 0x4003);
        put(entry(0x8000), 0x8003);
        put(entry(0x9000), 0x9003);
    }

    static uint64_t entry(uint64_t page) { return 0x4000 + page / 0x1000 * 8; }
    void put(uint64_t at, uint64_t value)
    {
        memory.write(PhysAddr(at), std::as_bytes(std::span(&value, 1)));
    }
    uint64_t get(uint64_t at) const
    {
        uint64_t value = 0;
        memory.read(PhysAddr(at), std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }

    std::vector<std::byte> rom;
    cpu::CpuState state;
    mem::PhysicalMemory memory;
    cpu::TranslationMemo memo;
};

} // namespace

TEST_CASE("linear access: reads set A, writes set D, on every page they touch")
{
    Paged paged;
    cpu::LinearAccess linear(paged.state, paged.memory, paged.memo);
    std::array<std::byte, 8> bytes{};
    paged.put(0x8ff8, 0x1122'3344'5566'7788);
    REQUIRE(linear.read(0x8ff8, bytes));
    CHECK(bytes[0] == std::byte{0x88});
    CHECK(paged.get(Paged::entry(0x8000)) == (0x8003 | kAccessed));
    CHECK(paged.get(Paged::entry(0x9000)) == 0x9003);
    CHECK((paged.get(0x1000) & kAccessed) != 0);
    REQUIRE(linear.write(0x8ffc, bytes)); // across the two
    CHECK(paged.get(Paged::entry(0x8000)) == (0x8003 | kAccessed | kDirty));
    CHECK(paged.get(Paged::entry(0x9000)) == (0x9003 | kAccessed | kDirty));
    CHECK(paged.get(0x8ff8) == 0x5566'7788'5566'7788);
    CHECK(paged.get(0x9000) == 0x1122'3344);
}

TEST_CASE("linear access: a fault names the byte, and what was before it is written")
{
    Paged paged;
    paged.put(Paged::entry(0x9000), 0x9000);
    cpu::LinearAccess linear(paged.state, paged.memory, paged.memo);
    std::array<std::byte, 8> bytes;
    bytes.fill(std::byte{0xee});
    auto const refused = linear.write(0x8ffd, bytes);
    REQUIRE(!refused);
    CHECK(refused.error().vector == 14);
    CHECK(refused.error().error_code == 2);
    CHECK(refused.error().address == 0x9000);
    CHECK(paged.get(0x8ff8) == 0xeeee'ee00'0000'0000);
    auto const within = linear.read(0x9123, bytes);
    REQUIRE(!within);
    CHECK(within.error().error_code == 0);
    CHECK(within.error().address == 0x9123);
}

TEST_CASE("linear access is a supervisor's whatever the CPL; read-only pages refuse under WP")
{
    Paged paged;
    paged.state.cpl = 3;
    paged.put(Paged::entry(0x8000), 0x8001);
    std::array<std::byte, 4> bytes{};
    cpu::LinearAccess linear(paged.state, paged.memory, paged.memo);
    CHECK(linear.read(0x8000, bytes));
    auto const refused = linear.write(0x8000, bytes);
    REQUIRE(!refused);
    CHECK(refused.error().error_code == 3);
}

TEST_CASE("linear access to ROM and to holes: read as they are, never written, remembered or not")
{
    Paged paged;
    paged.put(Paged::entry(0x8000), 0xf'0003 | kAccessed | kDirty);
    paged.put(Paged::entry(0x9000), 0xa'0003 | kAccessed | kDirty);
    cpu::LinearAccess linear(paged.state, paged.memory, paged.memo);
    std::array<std::byte, 8> bytes;
    for (int i = 0; i < 3; ++i) {
        bytes.fill(std::byte{0xee});
        CHECK(linear.write(0x8000, bytes));
        CHECK(linear.write(0x9000, bytes));
        CHECK(linear.read(0x8000, bytes));
        CHECK(bytes[7] == std::byte{0});
        CHECK(linear.read(0x9000, bytes));
        CHECK(bytes[7] == std::byte{0xff});
    }
}

TEST_CASE("linear access follows changes of the tables and of CR3, remembered or not")
{
    Paged paged;
    paged.put(0xa000, 0xaaaa);
    paged.put(0x8000, 0x8888);
    auto const look = [&](cpu::LinearAccess& linear) {
        uint64_t value = 0;
        REQUIRE(linear.read(0x8000, std::as_writable_bytes(std::span(&value, 1))));
        return value;
    };
    for (int i = 0; i < 3; ++i) { // the second time it is remembered
        cpu::LinearAccess linear(paged.state, paged.memory, paged.memo);
        CHECK(look(linear) == 0x8888);
    }
    paged.put(Paged::entry(0x8000), 0xa003);
    cpu::LinearAccess linear(paged.state, paged.memory, paged.memo);
    CHECK(look(linear) == 0xaaaa);
    paged.put(0x5000, 0x6003); // another root, down to a table of its own
    paged.put(0x6000, 0x7003);
    paged.put(0x7000, 0xb003);
    paged.put(0xb000 + 8 * 8, 0x8003);
    paged.state.cr3 = 0x5000;
    CHECK(look(linear) == 0xaaaa); // as it was made
    linear.change_address_space(paged.state);
    CHECK(look(linear) == 0x8888);
}
