#include "guestkernel/mm/flag_names.hpp"

#include <string>

#include <doctest/doctest.h>

namespace pagelab::mm {

namespace {

std::string gfp_text(gfp_t gfp)
{
    char text[kFlagTextSize];
    return format_gfp_flags(text, sizeof(text), gfp);
}

std::string page_text(unsigned long flags)
{
    char text[kFlagTextSize];
    return format_page_flags(text, sizeof(text), flags);
}

} // namespace

TEST_CASE("gfp flags print as combinations where there is one")
{
    CHECK(gfp_text(0xcc0) == "GFP_KERNEL");
    CHECK(gfp_text(0xdc0) == "GFP_KERNEL|__GFP_ZERO");
    CHECK(gfp_text(0xa20) == "GFP_ATOMIC");
    CHECK(gfp_text(0x400cc0) == "GFP_KERNEL_ACCOUNT");
    CHECK(gfp_text(0x100cca) == "GFP_HIGHUSER_MOVABLE");
    CHECK(gfp_text(0xd20c0) == "__GFP_IO|__GFP_FS|__GFP_NOWARN|__GFP_NORETRY|__GFP_COMP|"
                               "__GFP_NOMEMALLOC");
    CHECK(gfp_text(0x4000'0800) == "GFP_NOWAIT|0x40000000");
    CHECK(gfp_text(0) == "");
    char small[8];
    CHECK(std::string(format_gfp_flags(small, sizeof(small), 0xdc0)) == "GFP_KER");
}

TEST_CASE("vma flags print by their bits")
{
    char text[kFlagTextSize];
    CHECK(std::string(format_vma_flags(text, sizeof(text), 0x8000'0073)) ==
          "read|write|mayread|maywrite|mayexec|mergeable");
    CHECK(std::string(format_vma_flags(text, sizeof(text), 0x201)) == "read|0x200");
    CHECK(std::string(format_vma_flags(text, sizeof(text), 0)) == "");
    CHECK(std::string(format_vma_flags(text, 6, 0x3)) == "read|");
}

TEST_CASE("page flags print with their number, node and zone")
{
    CHECK(page_text(1ul << PG_slab | 1ul << PG_head) == "0x10200(slab|head|node=0|zone=0)");
    CHECK(page_text(static_cast<unsigned long>(ZoneField::make(2))) ==
          "0x10000000000000(node=0|zone=2)");
}

} // namespace pagelab::mm
