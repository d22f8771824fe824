// The library's TLB: found in a fresh engine, seen to fill, and to grow by flushes until it holds;
// loads by it.
#include "emu/cpu/library_tlb.hpp"

#include <array>
#include <chrono>
#include <cstring>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "emu/cpu/live_state.hpp"
#include "emu/cpu/safe_read.hpp"
#include "emu/cpu/tlb_view.hpp"
#include "tests/unit/cpu/open_engine.hpp"

using namespace pagelab::cpu;

namespace {

constexpr uint64_t kCode = 0x1000, kData = 0x10'0000;
constexpr unsigned kPages = 1000;

// mov (%rbx),%al; add $4096,%rbx; dec %rcx; jnz; hlt
constexpr std::array<uint8_t, 15> kTouchPages = {0x8a, 0x03, 0x48, 0x81, 0xc3, 0x00, 0x10, 0x00,
                                                 0x00, 0x48, 0xff, 0xc9, 0x75, 0xf2, 0xf4};

struct Touching {
    Touching()
    {
        uc_engine* const handle = engine.get();
        StateLayout const layout = probed_layout();
        registers = find_live_state(handle, layout).value() + layout.registers;
        REQUIRE(uc_mem_map(handle, kCode, 0x1000, UC_PROT_ALL) == UC_ERR_OK);
        REQUIRE(uc_mem_map(handle, kData, kPages * 0x1000, UC_PROT_ALL) == UC_ERR_OK);
        uc_mem_write(handle, kCode, kTouchPages.data(), kTouchPages.size());
        uc_ctl_flush_tlb(handle);
    }
    void touch(uint64_t pages)
    {
        uint64_t const from = kData;
        uc_reg_write(engine.get(), UC_X86_REG_RBX, &from);
        uc_reg_write(engine.get(), UC_X86_REG_RCX, &pages);
        REQUIRE(uc_emu_start(engine.get(), kCode, 0, 0, 0) == UC_ERR_OK);
    }

    EnginePointer engine = open_engine();
    std::byte* registers = nullptr;
};

} // namespace

TEST_CASE("a TLB is crowded by as many pages as it has entries, and holds them after few flushes")
{
    Touching guest;
    auto const tlb = LibraryTlb::find(guest.registers);
    REQUIRE(tlb);
    CHECK(!tlb->is_crowded());
    guest.touch(20);
    CHECK(!tlb->is_crowded());
    unsigned flushes = 0;
    for (guest.touch(kPages); tlb->is_crowded(); guest.touch(kPages)) {
        REQUIRE(++flushes < 6);
        uc_ctl_flush_tlb(guest.engine.get());
    }
    CHECK(flushes == 3); // 256, 512, 1024; of 2048 entries 1000 are less than 70 %
}

TEST_CASE("a TLB that was little used shrinks at a flush, but not at one that keeps its size")
{
    auto const entries = [](LibraryTlb const& tlb) {
        tlb::Tlb all;
        std::memcpy(&all, tlb.whole().data(), sizeof all);
        return all.fast[2].entries();
    };
    Touching guest;
    auto const tlb = LibraryTlb::find(guest.registers);
    REQUIRE(tlb);
    for (size_t const expected : {256, 64}) {
        guest.touch(20);
        std::this_thread::sleep_for(std::chrono::milliseconds(110)); // the library's window
        if (expected == 256)
            tlb->keep_size();
        uc_ctl_flush_tlb(guest.engine.get());
        CHECK(entries(*tlb) == expected);
    }
}

TEST_CASE("a load is quick where an entry grants it and nobody watches")
{
    constexpr unsigned kSupervisor = 2;
    constexpr uint64_t kValue = 0x1122'3344'5566'7788, kPage = kData + 0x2000;
    Touching guest;
    auto const tlb = LibraryTlb::find(guest.registers);
    REQUIRE(tlb);
    uc_mem_write(guest.engine.get(), kPage + 0xff8, &kValue, sizeof kValue);
    CHECK(tlb->to_load(kSupervisor, kPage, 8) == nullptr); // no entry yet
    guest.touch(3);
    uint64_t found = 0;
    auto const* const bytes = tlb->to_load(kSupervisor, kPage + 0xff8, sizeof found);
    REQUIRE(bytes != nullptr);
    std::memcpy(&found, bytes, sizeof found);
    CHECK(found == kValue);
    CHECK(tlb->to_load(kSupervisor, kPage + 0xfff, 1) == bytes + 7);
    CHECK(tlb->to_load(kSupervisor, kPage + 0xffc, 8) == nullptr); // on two pages
    CHECK(tlb->to_load(kSupervisor, kPage + 0x001, 2) == nullptr); // not aligned
    CHECK(tlb->to_load(kSupervisor, kPage + 0x1000, 8) == nullptr);
    CHECK(tlb->to_load(kSupervisor, kPage | uint64_t{1} << 40, 8) == nullptr);
    CHECK(tlb->to_load(kSupervisor - 1, kPage, 8) == nullptr);
    mark_watched(tlb->whole(), [](auto page, auto) { return page.value == kPage; });
    CHECK(tlb->to_load(kSupervisor, kPage, 8) == nullptr);
    CHECK(tlb->to_load(kSupervisor, kData, 8) != nullptr);
}

TEST_CASE("a TLB is recognised only where three empty tables are")
{
    std::vector<std::byte> table(256 * 64, std::byte{0xff});
    std::array<uint64_t, 64> words{};
    auto const registers = [&] { return reinterpret_cast<std::byte*>(&words[40]); };
    auto const place = [&](size_t at, uint64_t mask, void const* where) {
        words[at] = mask;
        words[at + 1] = reinterpret_cast<uintptr_t>(where);
    };
    CHECK(!LibraryTlb::find(registers()));
    for (size_t i = 0; i < 3; ++i)
        place(30 + 2 * i, 255 * 64, table.data());
    REQUIRE(LibraryTlb::find(registers()));
    CHECK(!LibraryTlb::find(registers())->is_crowded());
    place(32, 255 * 64 + 8, table.data()); // no mask
    CHECK(!LibraryTlb::find(registers()));
    place(32, 254 * 64, table.data()); // no power of two
    CHECK(!LibraryTlb::find(registers()));
    place(32, 255 * 64, reinterpret_cast<void*>(0x10)); // nothing there
    CHECK(!LibraryTlb::find(registers()));
    place(32, 255 * 64, table.data());
    table[5 * 64] = table[5 * 64 + 8] = table[5 * 64 + 16] = std::byte{0}; // not empty
    CHECK(!LibraryTlb::find(registers()));
}

TEST_CASE("reading stops at what is not there")
{
    std::array<std::byte, 32> room{};
    CHECK(read_safely(nullptr, room) == 0);
    CHECK(read_safely(reinterpret_cast<void*>(~uintptr_t{0} - 4095), room) == 0);
    std::array<std::byte, 32> const source = {std::byte{1}, std::byte{2}};
    CHECK(read_safely(source.data(), room) == room.size());
    CHECK(room == source);
}
