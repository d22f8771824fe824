// One function for each kind of structure.
#include "tests/fuzz/guest_readers.hpp"

#include <array>

#include "emu/base/check.hpp"
#include "emu/guest/buddyinfo.hpp"
#include "emu/guest/check.hpp"
#include "emu/guest/identify.hpp"
#include "emu/guest/iomem.hpp"
#include "emu/guest/kallsyms.hpp"
#include "emu/guest/leaks.hpp"
#include "emu/guest/pcp.hpp"
#include "emu/guest/slab.hpp"
#include "emu/guest/vmap.hpp"
#include "emu/guest/zoneinfo.hpp"

using namespace pagelab;
using namespace pagelab::guest;

namespace {

constexpr uint64_t kTextSample = 1024; // bytes of the kernel's text
constexpr unsigned kAddresses = 32;

void check_damage(std::vector<Damage> const& damage)
{
    ENSURE(damage.size() <= kMaxDamage, "{} entries of damage", damage.size());
    for (Damage const& one : damage)
        (void)to_string(one);
}

void look_at_buddy(KernelView const& view)
{
    auto const report = read_buddy(view);
    if (!report)
        return;
    check_damage(report->damage);
    (void)format_buddyinfo(*report, BuddySource::Lists);
    (void)format_buddyinfo(*report, BuddySource::Scan);
}

void look_at_pcp(KernelView const& view)
{
    if (auto const report = read_pcp(view))
        check_damage(report->damage);
}

void look_at_slabs(KernelView const& view)
{
    auto const report = read_slabs(view);
    if (!report)
        return;
    check_damage(report->damage);
    (void)format_slabinfo(*report);
}

void look_at_vmap(KernelView const& view)
{
    auto const report = read_vmap(view);
    if (!report)
        return;
    check_damage(report->damage);
    (void)format_vmallocinfo(view, *report, Kallsyms());
}

void look_at_symbols(KernelView const& view)
{
    auto const symbols = Kallsyms::read(view);
    auto const text = view.types().symbol("_text");
    for (uint64_t offset = 0; symbols && offset < kTextSample; offset += 16)
        (void)symbols->describe(*text + offset);
}

void look_at_iomem(KernelView const& view)
{
    if (auto const tree = read_iomem(view))
        (void)format_iomem(*tree);
}

void look_at_all(KernelView const& view)
{
    for (CheckedStructure const& structure : check_kernel(view))
        check_damage(structure.damage);
    (void)format_zoneinfo(view);
}

// What the index says of addresses all over memory, and what nothing points to.
void look_at_index(KernelView const& view)
{
    auto const index = KernelIndex::build(view);
    if (!index)
        return;
    uint64_t address = index->slabs.caches.size() + index->vmap.areas.size();
    for (unsigned i = 0; i < kAddresses; i++) {
        address = address * 6364136223846793005 + 1442695040888963407;
        uint64_t const offset = address >> 40; // 24 bits: the guest's RAM
        (void)identify(view, *index, PhysAddr(offset));
        (void)identify(view, *index, view.advance(index->direct.base, offset), PhysAddr(offset));
        (void)identify(view, *index, view.advance(index->vmap.window_start, offset), std::nullopt);
    }
    for (Task const& task : index->tasks.tasks)
        (void)identify(view, *index, task.sp, std::nullopt);
    (void)find_leaks(view, *index, {}, [](uint64_t) { return Result<>(); });
}

constexpr std::array<GuestReader, 8> kReaders = {look_at_buddy, look_at_pcp,     look_at_slabs,
                                                 look_at_vmap,  look_at_symbols, look_at_iomem,
                                                 look_at_all,   look_at_index};

} // namespace

std::span<GuestReader const> guest_readers()
{
    return kReaders;
}
