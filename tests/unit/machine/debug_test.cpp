// A debugged machine: stopped and continued anywhere, it is the machine that was not.
#include <doctest/doctest.h>

#include "emu/cpu/library_calls.hpp"
#include "tests/unit/machine/smp_bench.hpp"

using namespace pagelab;
using cpu::AddressSpace;
using cpu::DebugStop;
using machine::Outcome;
using namespace test;

namespace {

struct Run {
    std::string printed;
    uint64_t instructions = 0, ns = 0, timer_ticks = 0;
    bool operator==(Run const&) const = default;
};

// The timer interrupts a loop that counts its ticks and prints where the 40th found it.
Code ticking_code()
{
    return Code()
        .vector(8, kHandler)
        .out(0x43, 0x34)
        .out(0x40, 40)
        .out(0x40, 0)
        .pic(1 << 0)
        .sti()
        .bytes({0x43, 0x43, 0x43, 0x83, 0xfe, 40, 0x7c, 0xf8}) // inc bx x3; cmp si,40; jl
        .bytes({0x88, 0xd8})                                   // mov al,bl
        .print_al()
        .bytes({0x88, 0xf8}) // mov al,bh
        .print_al()
        .exit(1);
}
Code ticking_handler()
{
    return Code().bytes({0x46}).out(0x20, 0x20).bytes({0xcf}); // inc si; EOI; iret
}
constexpr uint32_t kLoop = 0xf'0000 + 45; // linear, of the first inc

// Ends the run by `go_on`, which lets it go until something stops it.
template<class GoOn>
Run finish(RomBench& bench, GoOn const& go_on)
{
    REQUIRE(bench.machine);
    Outcome outcome = Outcome::Stopped;
    while (outcome == Outcome::Stopped)
        outcome = go_on(*bench.machine);
    REQUIRE((outcome == Outcome::Exit || outcome == Outcome::Halted));
    auto& engine = bench.machine->engine();
    return {bench.sitter.debug, engine.instructions(), bench.machine->now_ns(),
            engine.statistics().interrupts[8]};
}

Run whole_run()
{
    RomBench bench(ticking_code(), ticking_handler());
    return finish(bench, [](machine::Machine& machine) { return machine.run(); });
}

} // namespace

TEST_CASE("stepped through, a run with a timer is the same to the nanosecond")
{
    Run const whole = whole_run();
    CHECK(whole.timer_ticks == 40);
    RomBench bench(ticking_code(), ticking_handler());
    uint64_t steps = 0;
    Run const stepped = finish(bench, [&](machine::Machine& machine) {
        uint64_t const before = machine.engine().instructions();
        Outcome const outcome = machine.step();
        if (outcome == Outcome::Stopped)
            CHECK(machine.engine().instructions() == before + 1);
        ++steps;
        return outcome;
    });
    CHECK(stepped == whole);
    CHECK(steps >= whole.instructions - 2);
}

TEST_CASE("stopped at breakpoints and after any number of instructions, it is the same")
{
    Run const whole = whole_run();
    for (uint64_t const every : {2, 3, 7, 100, 1001}) {
        CAPTURE(every);
        RomBench bench(ticking_code(), ticking_handler());
        REQUIRE(bench.machine);
        CHECK(bench.machine->add_point(cpu::Breakpoint{AddressSpace::Physical, kLoop + 1}));
        unsigned hits = 0;
        Run const stopped = finish(bench, [&](machine::Machine& machine) {
            Outcome const outcome = machine.run_until(machine.engine().instructions() + every);
            hits += outcome == Outcome::Stopped &&
                    machine.debug_stop().reason == DebugStop::Reason::Breakpoint;
            return outcome;
        });
        CHECK(stopped == whole);
        CHECK(hits > 40);
    }
}

TEST_CASE("caught interrupts and ports leave the run as it is")
{
    if (!cpu::library_calls_are_ours())
        return;
    Run const whole = whole_run();
    RomBench bench(ticking_code(), ticking_handler());
    REQUIRE(bench.machine);
    CHECK(bench.machine->add_point(cpu::InterruptCatch{8}));
    CHECK(bench.machine->add_point(cpu::PortCatch{0x20, 0x20}));
    unsigned interrupts = 0, ports = 0;
    Run const stopped = finish(bench, [&](machine::Machine& machine) {
        Outcome const outcome = machine.run();
        if (outcome == Outcome::Stopped) {
            interrupts += machine.debug_stop().reason == DebugStop::Reason::Interrupt;
            ports += machine.debug_stop().reason == DebugStop::Reason::Port;
        }
        return outcome;
    });
    CHECK(stopped == whole);
    CHECK(interrupts == 40);
    CHECK(ports == 41);
}

TEST_CASE("with interrupts held a step takes none, and they come with the next that lets them")
{
    RomBench bench(ticking_code(), ticking_handler());
    REQUIRE(bench.machine);
    machine::Machine& machine = *bench.machine;
    CHECK(machine.add_point(cpu::Breakpoint{AddressSpace::Virtual, kLoop}));
    REQUIRE(machine.run() == Outcome::Stopped);
    for (int i = 0; i < 40'000; ++i)
        REQUIRE(machine.step(cpu::StepInterrupts::Held) == Outcome::Stopped);
    CHECK(machine.engine().statistics().interrupts[8] <= 1);
    uint64_t const before = machine.engine().statistics().interrupts[8];
    for (int i = 0; i < 10; ++i)
        REQUIRE(machine.step() == Outcome::Stopped);
    CHECK(machine.engine().statistics().interrupts[8] == before + 1);
}

TEST_CASE("several CPUs, stopped at all their shared stores, race as they would have")
{
    if (!cpu::library_calls_are_ours())
        return;
    auto const code = [](SmpCode start) {
        start.raw({0xb9}).word(50);
        start.raw({0xa1}).word(kCounter).raw({0x40, 0xa3}).word(kCounter); // load, inc, store
        return start.raw({0xe2, 0xf7}).lock_inc(kReady);
    };
    for (uint64_t seed = 0; seed < 6; ++seed) {
        CAPTURE(seed);
        Run runs[3];
        for (int way = 0; way < 3; ++way) {
            RomBench bench(
                code(SmpCode().start_others()).wait_for(kReady, 3).print_word(kCounter).hlt(),
                code(SmpCode()).hlt(), smp_config(3, seed));
            REQUIRE(bench.machine);
            if (way == 1)
                CHECK(bench.machine->add_point(
                    cpu::Watchpoint{AddressSpace::Physical, kCounter, 2, cpu::AccessMask::Write}));
            unsigned stops = 0;
            runs[way] = finish(bench, [&](machine::Machine& machine) {
                Outcome const outcome = way == 2 ? machine.step() : machine.run();
                stops += outcome == Outcome::Stopped;
                if (outcome == Outcome::Stopped)
                    for (unsigned cpu = 0; cpu < machine.cpus(); ++cpu) {
                        (void)machine.registers(cpu); // looking changes nothing either
                        (void)machine.tlb(cpu);
                    }
                return outcome;
            });
            if (way == 1)
                CHECK(stops == 3 * 50);
        }
        CHECK(runs[1] == runs[0]);
        CHECK(runs[2] == runs[0]);
    }
}

TEST_CASE("a stop asked for from elsewhere ends a run that would not end, and it can go on")
{
    RomBench bench(Code().bytes({0xeb, 0xfe})); // jmp to itself
    REQUIRE(bench.machine);
    bench.machine->request_stop();
    REQUIRE(bench.machine->run() == Outcome::Stopped);
    CHECK(bench.machine->debug_stop().reason == DebugStop::Reason::Requested);
    bench.sitter.patience = 3;
    CHECK(bench.machine->run() == Outcome::Interrupted);
}

TEST_CASE("a condition decides which stops end the run")
{
    RomBench bench(ticking_code(), ticking_handler());
    REQUIRE(bench.machine);
    CHECK(bench.machine->add_point(cpu::Breakpoint{AddressSpace::Virtual, 0xf'0000 + kHandler}));
    int hits = 0;
    REQUIRE(bench.machine->run_until([&](DebugStop const&) { return ++hits == 17; }) ==
            Outcome::Stopped);
    CHECK(bench.machine->registers(0).state.gpr[cpu::Rsi] == 16);
}
