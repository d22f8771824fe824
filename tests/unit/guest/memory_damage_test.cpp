#include "emu/guest/buddyinfo.hpp"
#include "emu/guest/iomem.hpp"

#include <random>

#include <doctest/doctest.h>

#include "tests/unit/guest/fake_kernel.hpp"

using namespace pagelab;
using namespace pagelab::guest;
using namespace pagelab::guest::test;

namespace {

struct Flip {
    uint64_t at; // physical
    std::byte mask;
};

void apply(FakeKernel& kernel, std::vector<Flip> const& flips)
{
    for (auto const& flip : flips)
        kernel.memory().bytes()[flip.at] ^= flip.mask;
}

// Flips of bits in the zone, the struct pages and the page tables, mostly in the first two.
std::vector<Flip> random_flips(FakeKernel const& kernel, std::mt19937& random)
{
    std::vector<Flip> flips;
    auto const zone = FakeKernel::kShift + kernel.zone().value;
    auto const pages = FakeKernel::kShift + FakeKernel::kMemMap.value;
    for (unsigned count = 1 + random() % 8; count != 0; count--) {
        uint64_t at = 0;
        switch (random() % 8) {
        case 0:
            at = 0x1000 * (1 + random() % 3) + random() % 24;
            break;
        case 1:
        case 2:
        case 3:
            at = zone + random() % 600;
            break;
        default:
            at = pages + random() % (256 * kernel.types().size_of("page").value());
            break;
        }
        flips.push_back({at, static_cast<std::byte>(1u << random() % 8)});
    }
    return flips;
}

} // namespace

TEST_CASE("random damage to the guest's memory is reported or harmless, never fatal")
{
    // Repeat one: PAGELAB_SEED=N unit_guest -tc='random damage to the guest*'
    char const* const fixed = std::getenv("PAGELAB_SEED");
    unsigned const first = fixed != nullptr ? static_cast<unsigned>(std::atoi(fixed)) : 1;
    unsigned const count = fixed != nullptr ? 1 : 1500;
    for (char const* name : {"sample-i686", "sample-x86_64"}) {
        FakeKernel kernel(name);
        for (uint64_t pfn = 16; pfn < 256; pfn += 8)
            kernel.add_free_block(pfn, static_cast<unsigned>(pfn / 8 % 4), pfn / 8 % 2);
        REQUIRE(read_buddy(kernel.view()).value().agrees());
        unsigned noticed = 0;
        for (unsigned seed = first; seed < first + count; seed++) {
            INFO("PAGELAB_SEED=" << seed << " on " << name);
            std::mt19937 random(seed);
            auto const flips = random_flips(kernel, random);
            apply(kernel, flips);
            auto const report = read_buddy(kernel.view());
            noticed += !report || !report->agrees();
            if (report) {
                CHECK(report->damage.size() <= kMaxDamage);
                (void)format_buddyinfo(*report, BuddySource::Scan);
            }
            (void)read_iomem(kernel.view());
            apply(kernel, flips); // undone
        }
        CHECK(read_buddy(kernel.view()).value().agrees());
        if (fixed == nullptr)
            CHECK(noticed > count / 4);
    }
}
