#include <doctest/doctest.h>

#include "emu/cpu/exit_checks.hpp"

using namespace pagelab::cpu;

TEST_CASE("the installed library can be told to check for stops at block starts only")
{
    uc_engine* handle = nullptr;
    REQUIRE(uc_open(UC_ARCH_X86, UC_MODE_64, &handle) == UC_ERR_OK);
    EnginePointer const engine(handle);
    CHECK(omit_exit_checks(handle));
    uc_mem_region* regions = nullptr;
    uint32_t count = 1;
    REQUIRE(uc_mem_regions(handle, &regions, &count) == UC_ERR_OK);
    CHECK(count == 0);
    uc_free(regions);
}

TEST_CASE("an engine that something is mapped in is left alone")
{
    uc_engine* handle = nullptr;
    REQUIRE(uc_open(UC_ARCH_X86, UC_MODE_64, &handle) == UC_ERR_OK);
    EnginePointer const engine(handle);
    REQUIRE(uc_mem_map(handle, 0x1000, 0x1000, UC_PROT_ALL) == UC_ERR_OK);
    CHECK(!omit_exit_checks(handle));
}
