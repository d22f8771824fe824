// Moments of a machine: what follows a restored one is what followed it the first time, whatever
// was run, saved and restored in between. RAM, registers and devices are compared, all of them.
#include <array>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include "emu/cpu/linear_access.hpp"
#include "emu/machine/write_ram.hpp"
#include "tests/session/live_guest.hpp"

using namespace pagelab;
using session::LiveGuest;

namespace {

constexpr uint64_t kRam = uint64_t{16} << 20;

struct Moment {
    uint64_t at = 0; // instructions
    machine::Snapshot snapshot;
    std::vector<cpu::CpuRegisters> registers;
};

Moment take_moment(machine::Machine& machine)
{
    Moment moment{machine.engine().instructions(), machine.snapshot(), {}};
    for (unsigned cpu = 0; cpu < machine.cpus(); ++cpu)
        moment.registers.push_back(machine.registers(cpu));
    return moment;
}

void check_same(Moment const& a, Moment const& b)
{
    CHECK(a.at == b.at);
    CHECK(a.snapshot.ram == b.snapshot.ram);
    CHECK(a.snapshot.engine.cpu == b.snapshot.engine.cpu);
    CHECK(a.snapshot.parts == b.snapshot.parts);
    CHECK(a.registers == b.registers);
}

// Whether nothing was written that was not marked.
void check_whole(machine::Machine& machine, Moment const& moment)
{
    CHECK(mem::RamImage::take(machine.memory(), nullptr) == moment.snapshot.ram);
}

std::unique_ptr<cli::BootSetup> setup(std::string const& arch, unsigned cpus)
{
    auto made = session::make_setup(session::kernel_image(arch), kRam, "quiet");
    made->config.cpus = cpus;
    made->config.seed = 7;
    return made;
}

// One run straight through, then random ways between its moments.
void compare_ways(std::string const& arch, unsigned cpus, unsigned ways)
{
    constexpr unsigned kMoments = 40;
    constexpr uint64_t kSeed = 20261121;
    CAPTURE(arch);
    CAPTURE(cpus);
    std::mt19937_64 random(kSeed + cpus);
    LiveGuest guest(setup(arch, cpus));
    machine::Machine& machine = guest.machine();
    guest.type("selftest threads"); // longer than we look; it sleeps, and time is no count
    std::vector<Moment> straight;
    uint64_t at = machine.engine().instructions() + 100'000;
    for (unsigned i = 0; i < kMoments; ++i) {
        REQUIRE(machine.run_until(at) == machine::Outcome::Stopped);
        straight.push_back(take_moment(machine));
        REQUIRE(straight[i].at == at);
        check_whole(machine, straight[i]);
        at += 1 + random() % 500'000;
    }
    for (unsigned way = 0; way < ways; ++way) {
        CAPTURE(way);
        size_t const from = random() % kMoments;
        size_t const to = from + random() % std::min<size_t>(kMoments - from, 6);
        REQUIRE(machine.restore(straight[from].snapshot));
        check_same(take_moment(machine), straight[from]);
        for (uint64_t left = straight[to].at - straight[from].at; left != 0;) {
            uint64_t const part = 1 + random() % left;
            REQUIRE(machine.run_until(straight[to].at - left + part) == machine::Outcome::Stopped);
            if (random() % 4 == 0) {
                machine::Snapshot const saved = machine.snapshot();
                machine.step();
                REQUIRE(machine.restore(saved));
            }
            left -= part;
        }
        check_same(take_moment(machine), straight[to]);
        if (random() % 8 == 0)
            check_whole(machine, straight[to]);
        // The way taken is as good a base as the straight one.
        if (random() % 8 == 0)
            straight[to] = take_moment(machine);
    }
}

} // namespace

TEST_CASE("a thousand ways of saving, restoring and running reach the states of the straight run")
{
    compare_ways("x86_64", 1, 350);
    compare_ways("i686", 1, 350);
    compare_ways("x86_64", 4, 300);
}

TEST_CASE("code that was written over since is the old code again")
{
    LiveGuest guest(setup("x86_64", 1));
    machine::Machine& machine = guest.machine();
    guest.type("stress 100000 3");
    uint64_t const start = machine.engine().instructions() + 1'000'000;
    REQUIRE(machine.run_until(start) == machine::Outcome::Stopped);
    Moment const before = take_moment(machine);
    REQUIRE(machine.run_until(start + 1000) == machine::Outcome::Stopped);
    Moment const after = take_moment(machine);

    REQUIRE(machine.restore(before.snapshot));
    constexpr std::array kNops = {std::byte{0x90}, std::byte{0x90}, std::byte{0x90}};
    cpu::CpuState const state = machine.engine().state();
    uint64_t const text = state.rip;
    auto const walked =
        mmu::translate(cpu::paging_context(state), machine.memory(), VirtAddr(text), {});
    REQUIRE(walked);
    machine::write_ram(machine, walked->address, kNops);
    REQUIRE(machine.run_until(start + 3) == machine::Outcome::Stopped);
    CHECK(machine.engine().state().rip == text + kNops.size());

    REQUIRE(machine.restore(before.snapshot));
    REQUIRE(machine.run_until(start + 1000) == machine::Outcome::Stopped);
    check_same(take_moment(machine), after);
}

TEST_CASE("a snapshot of another machine is refused")
{
    LiveGuest small(setup("x86_64", 1)), two(setup("x86_64", 2));
    auto const saved = small.machine().snapshot();
    auto const refused = two.machine().restore(saved);
    REQUIRE(!refused);
    CHECK(refused.error().message == "a state of 1 CPUs for a machine of 2");
    auto broken = saved;
    broken.parts.resize(broken.parts.size() / 2);
    CHECK(!small.machine().restore(broken));
    REQUIRE(small.machine().restore(saved));
    CHECK(small.ask("echo alive") == "alive\n");
}
