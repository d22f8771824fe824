// Damage in a real guest's structures under every reader of emu/guest.
//
// An input is changes of eight bytes each. Whatever they do, a reader must return, after a bounded
// number of reads and with bounded damage; afterwards the changes are undone.
#include <array>

#include "emu/base/check.hpp"
#include "emu/guest/check.hpp"
#include "tests/fuzz/fuzz_one.hpp"
#include "tests/fuzz/guest_damage.hpp"
#include "tests/fuzz/guest_readers.hpp"

using namespace pagelab;
using namespace pagelab::guest;

namespace {

constexpr uint64_t kMaxReads = 20'000'000; // of one reader

class Subject {
  public:
    Subject(char const* arch, char const* allocator) : guest_(arch, allocator), damage_(guest_)
    {
        for (CheckedStructure const& one : check_kernel(guest_.view()))
            ENSURE(one.damage.empty() && one.error.empty(), "{} {}: {}", arch, allocator, one.name);
    }

    void damage_and_read(std::span<GuestDamage::Change const> changes)
    {
        damage_.apply(changes);
        for (auto const reader : guest_readers()) {
            uint64_t const before = guest_.memory().reads();
            reader(guest_.view());
            uint64_t const reads = guest_.memory().reads() - before;
            ENSURE(reads <= kMaxReads, "{} reads", reads);
        }
        damage_.undo();
    }

  private:
    GuestSnapshot guest_;
    GuestDamage damage_;
};

} // namespace

int fuzz_one(std::span<std::byte const> input)
{
    static std::array<Subject, 6> subjects = {Subject("i686", "slub"), Subject("x86_64", "slub"),
                                              Subject("i686", "slab"), Subject("x86_64", "slab"),
                                              Subject("i686", "slob"), Subject("x86_64", "slob")};
    subjects[input.size() % subjects.size()].damage_and_read(GuestDamage::changes_of(input));
    return 0;
}
