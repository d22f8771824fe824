// Damaged modules in a guest, thousands in one boot. The host's build of the loader says which are
// refused; those the guest must refuse as well, each with its error, and lose nothing.
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "emu/cpu/linear_access.hpp"
#include "emu/guest/buddy.hpp"
#include "emu/guest/pcp.hpp"
#include "emu/guest/slab.hpp"
#include "emu/mmu/page_tables.hpp"
#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/lib/errno.hpp"
#include "tests/session/live_guest.hpp"
#include "tests/unit/module/host_kernel.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

constexpr unsigned kCount = 10000;
constexpr unsigned kFirst = 2000; // after these, caches have their size
constexpr uint64_t kSeed = 1;

// About where x86_64 guests have modules and text: overflows depend on it.
constexpr uint64_t kModules = 0xffff'ffff'c000'0000;
constexpr uint64_t kText = 0xffff'ffff'8101'0000;

// Whether the loader refuses it before anything of it could run. Only the kernel's own symbols
// are there.
template<class Elf>
bool is_refused(std::vector<char> file)
{
    kernel::load_info<Elf> info;
    if (kernel::read_module_file(info, file.data(), file.size()) != 0 ||
        kernel::get_modinfo(info, "vermagic") == nullptr || kernel::layout_sections(info) != 0)
        return true;
    std::vector<char> core(info.core.size);
    std::vector<char> init(info.init.size);
    info.core.bytes = core.data();
    info.core.address = static_cast<typename Elf::Address>(kModules);
    info.init.bytes = init.data();
    info.init.address = static_cast<typename Elf::Address>(kModules + 0x1'0000);
    kernel::move_module(info);
    auto const resolve = [](void*, char const* name, typename Elf::Address* value) {
        *value = static_cast<typename Elf::Address>(kText);
        return std::strcmp(name, "_printk") == 0 ? 0 : -ENOENT;
    };
    return kernel::simplify_symbols(info, {resolve, nullptr}) != 0 ||
           kernel::apply_relocations(info) != 0;
}

// A few bytes changed in the file's header, or in its second half: tables, mostly.
std::vector<char> damaged(std::vector<char> file, std::mt19937_64& random)
{
    for (uint64_t changes = 1 + random() % 6; changes > 0; changes--) {
        size_t const at =
            random() % 8 == 0 ? random() % 64 : file.size() / 2 + random() % (file.size() / 2);
        file[at] = static_cast<char>(random());
    }
    if (random() % 8 == 0)
        file.resize(random() % file.size());
    return file;
}

// The file that `insmod m.ko` finds from now on.
void lend(LiveGuest& guest, std::vector<char> const& file)
{
    REQUIRE(guest.machine().fw_cfg().set_file("opt/pagelab/m.ko", std::as_bytes(std::span(file))));
}

struct Free {
    uint64_t pages = 0;
    uint64_t objects = 0; // in use, in all caches
};

// By the host's count, from raw memory. Pages on CPUs' lists count as free; so do slabs, whose
// objects are counted, and the page tables of areas, which stay and serve the next area there.
Free read_free(LiveGuest& guest)
{
    std::string const large = guest.ask("vmalloc 36M"); // more than may wait for a purge
    REQUIRE(large.starts_with("0x"));
    REQUIRE(guest.ask("vfree " + large.substr(0, large.find(','))) == "");
    mmu::Context const paging = cpu::paging_context(guest.machine().engine().state());
    auto const mapped = mmu::read_page_tables(paging, guest.machine().memory(), {},
                                              [](mmu::PageRun const&) { return true; });
    REQUIRE(mapped.complete);
    cli::HostView const view(guest.machine(), guest.types());
    auto const buddy = guest::read_buddy(view.kernel());
    auto const pcp = guest::read_pcp(view.kernel());
    REQUIRE(buddy);
    REQUIRE(pcp);
    auto const slabs = guest::read_slabs(view.kernel());
    REQUIRE(slabs);
    Free found{mapped.tables, 0};
    for (auto const& zone : buddy->zones)
        found.pages += zone.listed_pages();
    for (auto const& kept : pcp->sets)
        found.pages += kept.listed;
    for (auto const& cache : slabs->caches) {
        found.pages += cache.nr_slabs << cache.order;
        found.objects += cache.in_use();
    }
    return found;
}

template<class Elf>
void refuse_all(std::string const& arch)
{
    CAPTURE(arch);
    auto const whole = test::read_module(arch, "hello");
    REQUIRE_FALSE(is_refused<Elf>(whole));
    LiveGuest guest(arch, 64 << 20, "quiet loglevel=1");
    std::mt19937_64 random(kSeed);
    Free before;
    for (unsigned i = 0; i < kCount;) {
        auto const file = damaged(whole, random);
        if (!is_refused<Elf>(file))
            continue;
        lend(guest, file);
        std::string const answer = guest.ask("insmod m.ko");
        CAPTURE(i);
        CHECK(answer.starts_with("insmod: ERROR: could not insert module m.ko: "));
        if (++i == kFirst)
            before = read_free(guest);
    }
    test::take_log();
    Free const after = read_free(guest);
    CHECK(after.pages == before.pages);
    CHECK(after.objects <= before.objects + 1); // two holes between areas may have been one
    CHECK(guest.ask("check").starts_with("check: ok, "));
    lend(guest, whole);
    CHECK(guest.ask("insmod m.ko") == "");
    CHECK(guest.ask("lsmod").find("hello ") != std::string::npos);
}

} // namespace

TEST_CASE("x86_64: what the host refuses, the guest refuses, and nothing is lost")
{
    refuse_all<Elf64Object>("x86_64");
}

TEST_CASE("i686: what the host refuses, the guest refuses, and nothing is lost")
{
    refuse_all<Elf32Object>("i686");
}
