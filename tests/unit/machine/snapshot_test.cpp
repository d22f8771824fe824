// Moments of small machines: what is marked as written, and the way back through a recorded past.
#include <random>

#include <doctest/doctest.h>

#include "emu/machine/timeline.hpp"
#include "tests/unit/machine/rom_bench.hpp"

using namespace pagelab;
using machine::Outcome;
using namespace test;

namespace {

// A loop that stores nothing, and a timer interrupt that stores no more than what it pushes.
Code idle_code()
{
    return Code()
        .vector(8, kHandler)
        .out(0x43, 0x34)
        .out(0x40, 40)
        .out(0x40, 0)
        .pic(1 << 0)
        .sti()
        .bytes({0x43, 0x43, 0x43, 0xeb, 0xfb}); // inc bx x3; jmp
}
Code idle_handler()
{
    return Code().bytes({0x46}).out(0x20, 0x20).bytes({0xcf}); // inc si; EOI; iret
}

mem::RamImage all_of(machine::Machine& machine)
{
    return mem::RamImage::take(machine.memory(), nullptr);
}

} // namespace

TEST_CASE("what the processor pushes for an interrupt is marked as written")
{
    RomBench bench(idle_code(), idle_handler());
    REQUIRE(bench.machine);
    machine::Machine& machine = *bench.machine;
    mem::RamImage last;
    unsigned changes = 0;
    for (uint64_t at = 5'000; at < 600'000; at += 17'777) {
        REQUIRE(machine.run_until(at) == Outcome::Stopped);
        machine::Snapshot const snapshot = machine.snapshot();
        CHECK(snapshot.ram == all_of(machine));
        changes += !(snapshot.ram == last);
        last = snapshot.ram;
    }
    CHECK(changes > 5);
}

TEST_CASE("milestones are reached exactly, and the guest does not notice")
{
    RomBench straight(idle_code(), idle_handler()), marked(idle_code(), idle_handler());
    REQUIRE((straight.machine && marked.machine));
    std::vector<uint64_t> reached;
    marked.machine->set_milestone(100, [&] {
        reached.push_back(marked.machine->engine().instructions());
        (void)marked.machine->snapshot();
        return reached.back() + 101;
    });
    REQUIRE(straight.machine->run_until(20'000) == Outcome::Stopped);
    REQUIRE(marked.machine->run_until(20'000) == Outcome::Stopped);
    REQUIRE(reached.size() == 198);
    for (size_t i = 0; i < reached.size(); ++i)
        CHECK(reached[i] == 100 + 101 * i);
    CHECK(straight.machine->registers(0) == marked.machine->registers(0));
    CHECK(straight.machine->now_ns() == marked.machine->now_ns());
    CHECK(all_of(*straight.machine) == all_of(*marked.machine));
}

TEST_CASE("every place of a recorded past is what it was")
{
    RomBench const model(idle_code(), idle_handler());
    REQUIRE(model.machine);
    std::vector<std::byte> rom(0x1'0000);
    model.machine->memory().read(PhysAddr(0xf'0000), rom);
    Sitter sitter;
    machine::Recorder recorder(sitter);
    auto made = machine::Machine::create({}, rom, recorder);
    REQUIRE(made);
    machine::Machine& machine = **made;
    recorder.attach(machine);
    machine::Timeline timeline(machine, recorder);
    CHECK(timeline.go_to(5).error().message == "nothing is recorded (try: record)");
    REQUIRE(machine.run_until(1'000) == Outcome::Stopped);
    timeline.start(20'000);

    struct Place {
        uint64_t at;
        cpu::CpuRegisters registers;
        uint64_t ns;
    };
    std::vector<Place> places;
    for (uint64_t at = 1'000; at <= 500'000; at += 6'087) {
        REQUIRE(machine.run_until(at) == Outcome::Stopped);
        places.push_back({at, machine.registers(0), machine.now_ns()});
    }
    uint64_t const end = places.back().at;
    std::mt19937 random(20261121);
    for (unsigned i = 0; i < 60; ++i) {
        Place const& place = places[random() % places.size()];
        CAPTURE(place.at);
        REQUIRE(timeline.go_to(place.at));
        CHECK(machine.registers(0) == place.registers);
        CHECK(machine.now_ns() == place.ns);
        CHECK(timeline.end() == end);
    }
    CHECK(timeline.go_to(999).error().message == "the record begins at instruction 1000");
    CHECK(!timeline.go_to(end + 1));

    // The last hits of a breakpoint, one after the other, are those of the way there.
    REQUIRE(timeline.go_to(end));
    auto const point = machine.add_point(cpu::Breakpoint{.address = 0xf'0000 + kHandler});
    REQUIRE(point);
    std::vector<uint64_t> hits;
    REQUIRE(timeline.for_each_stop(
        1'000, [&](cpu::DebugStop const&) { hits.push_back(machine.engine().instructions()); }));
    CHECK(machine.engine().instructions() == end);
    REQUIRE(hits.size() > 10);
    auto const any = [](cpu::DebugStop const&) { return true; };
    for (; !hits.empty(); hits.pop_back()) {
        auto const found = timeline.go_to_last_stop(1'000, machine.engine().instructions(), any);
        REQUIRE(found);
        REQUIRE(*found);
        CHECK(machine.engine().instructions() == hits.back());
    }
    auto const none = timeline.go_to_last_stop(1'000, machine.engine().instructions(), any);
    REQUIRE(none);
    CHECK(!*none);
}
