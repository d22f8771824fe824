#include "emu/cpu/live_state.hpp"

#include <array>
#include <cstdint>
#include <cstring>

#include <doctest/doctest.h>

#include "tests/unit/cpu/open_engine.hpp"

using namespace pagelab::cpu;

namespace {

uint64_t word_at(std::byte const* state, size_t offset)
{
    uint64_t word;
    std::memcpy(&word, state + offset, sizeof word);
    return word;
}

} // namespace

TEST_CASE("the live state is what instructions work on, each engine having its own")
{
    constexpr std::array<uint8_t, 4> kIncHlt = {0x48, 0xff, 0xc0, 0xf4}; // inc %rax; hlt
    constexpr uint64_t kCode = 0x1000;
    StateLayout const layout = probed_layout();
    EnginePointer const first = open_engine(), second = open_engine();
    std::byte* const state = find_live_state(first.get(), layout).value();
    std::byte* const other = find_live_state(second.get(), layout).value();
    CHECK(state != other);

    uint64_t rax = 41;
    std::memcpy(state + layout.registers, &rax, sizeof rax);
    uint64_t const untouched = word_at(other, layout.registers);
    REQUIRE(uc_mem_map(first.get(), kCode, 0x1000, UC_PROT_ALL) == UC_ERR_OK);
    uc_mem_write(first.get(), kCode, kIncHlt.data(), kIncHlt.size());
    CHECK(uc_emu_start(first.get(), kCode, 0, 0, 0) == UC_ERR_OK);
    CHECK(word_at(state, layout.registers) == 42);
    CHECK(word_at(state, layout.rip()) == kCode + kIncHlt.size());
    uc_reg_read(first.get(), UC_X86_REG_RAX, &rax);
    CHECK(rax == 42);
    CHECK(word_at(other, layout.registers) == untouched);
}

TEST_CASE("a layout that is not the library's is refused")
{
    StateLayout layout = probed_layout();
    layout.registers += 8;
    EnginePointer const engine = open_engine();
    auto const found = find_live_state(engine.get(), layout);
    REQUIRE(!found);
    CHECK(found.error().message.find("pagelab needs 2.1.4") != std::string::npos);
}
