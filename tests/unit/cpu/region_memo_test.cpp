#include "emu/cpu/region_memo.hpp"

#include <cstdint>

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::cpu;

namespace {

constexpr PhysAddr kFirst{0x1000}, kSecond{0x4'1000}; // of one slot of the memo

EnginePointer open_engine(PhysAddr mapped)
{
    uc_engine* handle = nullptr;
    REQUIRE(uc_open(UC_ARCH_X86, UC_MODE_64, &handle) == UC_ERR_OK);
    REQUIRE(uc_mem_map(handle, mapped.value, kPageSize, UC_PROT_ALL) == UC_ERR_OK);
    return EnginePointer(handle);
}

bool has(EnginePointer const& engine, PhysAddr address)
{
    uint8_t byte = 0;
    return uc_mem_read(engine.get(), address.value, &byte, 1) == UC_ERR_OK;
}

} // namespace

TEST_CASE("the installed library takes another search for regions, each engine having its own")
{
    EnginePointer const first = open_engine(kFirst), second = open_engine(kSecond);
    REQUIRE(remember_regions(first.get(), kFirst));
    REQUIRE(remember_regions(second.get(), kSecond));
    for (int i = 0; i < 3; ++i) {
        CHECK(has(first, kFirst));
        CHECK(!has(second, kFirst));
        CHECK(has(second, kSecond));
        CHECK(!has(first, kSecond));
    }
}

TEST_CASE("an engine that does not hold the library's search is left as it is")
{
    EnginePointer const engine = open_engine(kFirst);
    REQUIRE(remember_regions(engine.get(), kFirst));
    CHECK(!remember_regions(engine.get(), kFirst));
    CHECK(has(engine, kFirst));
    CHECK(!has(engine, kSecond));
}
