// Damage in a real guest's structures under every reader of emu/guest: bits flipped and words
// copied where the readers look.
//
// An input is changes of eight bytes each. Whatever they do, a reader must return, after a bounded
// number of reads and with bounded damage; afterwards the changes are undone.
#include <algorithm>
#include <array>
#include <cstring>

#include "emu/base/check.hpp"
#include "emu/guest/buddyinfo.hpp"
#include "emu/guest/iomem.hpp"
#include "emu/guest/kallsyms.hpp"
#include "emu/guest/pcp.hpp"
#include "emu/guest/slab.hpp"
#include "emu/guest/vmap.hpp"
#include "tests/fuzz/fuzz_one.hpp"
#include "tests/fuzz/guest_snapshot.hpp"

using namespace pagelab;
using namespace pagelab::guest;

namespace {

constexpr uint64_t kMaxReads = 20'000'000; // of one reader
constexpr uint64_t kTextSample = 1024;     // bytes of the kernel's text
constexpr uint64_t kMinChanges = 8;        // of one input
constexpr uint64_t kMaxChanges = 40;

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

constexpr std::array kReaders = {look_at_buddy, look_at_pcp,     look_at_slabs,
                                 look_at_vmap,  look_at_symbols, look_at_iomem};

struct Change {
    uint8_t reader;
    uint8_t kind; // one in four copies, one in 64 hits the page tables
    uint16_t place;
    uint16_t from; // for copying
    uint16_t byte; // of the place, and which bit
};
static_assert(sizeof(Change) == 8);

class Target {
  public:
    Target(char const* arch, char const* allocator) : snapshot_(arch, allocator)
    {
        for (size_t i = 0; i < kReaders.size(); i++)
            places_[i] = snapshot_.memory().places_of([&] { kReaders[i](snapshot_.view()); });
        auto const& view = snapshot_.view();
        ENSURE(read_buddy(view).value().agrees(), "{}", arch);
        ENSURE(read_pcp(view).value().damage.empty(), "{}", arch);
        ENSURE(read_slabs(view).value().damage.empty(), "{}", arch);
        ENSURE(read_vmap(view).value().damage.empty(), "{}", arch);
    }

    void damage_and_read(std::span<Change const> changes)
    {
        for (Change const& change : changes)
            apply(change);
        read_all();
        for (; !undo_.empty(); undo_.pop_back())
            snapshot_.memory().bytes()[undo_.back().at] = undo_.back().old;
    }

  private:
    struct Undo {
        uint64_t at; // physical
        std::byte old;
    };

    void apply(Change const& change)
    {
        auto const& seen = places_[change.reader % places_.size()];
        auto const& places = change.kind % 64 == 1 ? seen.entries : seen.bytes;
        auto const place = places[change.place % places.size()];
        auto const bytes = snapshot_.memory().bytes();
        if (change.kind % 4 != 0) {
            uint64_t const at = place.address + change.byte / 8 % place.size;
            store(at, bytes[at] ^ static_cast<std::byte>(1u << change.byte % 8));
            return;
        }
        auto const from = places[change.from % places.size()];
        for (uint64_t i = 0; i < std::min({place.size, from.size, uint64_t{8}}); i++)
            store(place.address + i, bytes[from.address + i]);
    }

    void store(uint64_t at, std::byte value)
    {
        auto& byte = snapshot_.memory().bytes()[at];
        undo_.push_back({at, byte});
        byte = value;
    }

    void read_all()
    {
        for (auto const reader : kReaders) {
            uint64_t const before = snapshot_.memory().reads();
            reader(snapshot_.view());
            uint64_t const reads = snapshot_.memory().reads() - before;
            ENSURE(reads <= kMaxReads, "{} reads", reads);
        }
    }

    GuestSnapshot snapshot_;
    std::array<SnapshotMemory::Places, kReaders.size()> places_;
    std::vector<Undo> undo_; // oldest first
};

} // namespace

int fuzz_one(std::span<std::byte const> input)
{
    static std::array<Target, 6> targets = {Target("i686", "slub"), Target("x86_64", "slub"),
                                            Target("i686", "slab"), Target("x86_64", "slab"),
                                            Target("i686", "slob"), Target("x86_64", "slob")};
    if (input.size() <= sizeof(Change))
        return 0;
    uint64_t const wanted = kMinChanges + static_cast<uint8_t>(input[0]) % kMaxChanges;
    std::vector<Change> changes(std::min(wanted, (input.size() - 1) / sizeof(Change)));
    std::memcpy(changes.data(), input.data() + 1, changes.size() * sizeof(Change));
    targets[input.size() % targets.size()].damage_and_read(changes);
    return 0;
}
