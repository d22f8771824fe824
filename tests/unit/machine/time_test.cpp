// Virtual time: an instruction is a nanosecond, a port access a microsecond, HLT skips ahead.
#include <doctest/doctest.h>

#include "tests/unit/machine/rom_bench.hpp"

using namespace pagelab;
using machine::Outcome;
using test::Code;
using test::RomBench;

TEST_CASE("an instruction takes a nanosecond, and a port access a microsecond more")
{
    RomBench bench(Code().bytes({0x90, 0x90, 0xe6, 0x80, 0xe4, 0x80}).halt());
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::Halted);
    CHECK(bench.machine->engine().instructions() == 6); // jmp, nop, nop, out, in, hlt
    CHECK(bench.machine->now_ns() == 6 + 2 * 1000);
}

TEST_CASE("HLT skips to the timer's next tick, which arrives through the PIC")
{
    // PIT counter 0, mode 2, 65,536 ticks: 54.925 ms. The edge of its OUT pin when the mode is set
    // is forgotten by the PIC's initialisation.
    auto const code = Code()
                          .vector(8, test::kHandler)
                          .out(0x43, 0x34)
                          .out(0x40, 0)
                          .out(0x40, 0)
                          .pic(1 << 0)
                          .sti()
                          .halt()
                          .exit(1);
    auto const handler = Code().out(0xe9, 'T').exit(42);
    for (bool lapic : {true, false}) {
        CAPTURE(lapic);
        machine::MachineConfig config;
        config.lapic = lapic;
        RomBench bench(code, handler, config);
        REQUIRE(bench.machine);
        CHECK(bench.machine->run() == Outcome::Exit);
        CHECK(bench.machine->exit_status() == 42);
        CHECK(bench.sitter.debug == "T");
        CHECK(bench.machine->engine().statistics().interrupts[8] == 1);
        CHECK(bench.machine->engine().instructions() < 60);
        CHECK(bench.machine->now_ns() > 54'925'401);
        CHECK(bench.machine->now_ns() < 54'925'401 + 30'000);
        CHECK(bench.sitter.longest_idle_ns > 54'900'000);
        CHECK(bench.sitter.waits == 0);
    }
}

TEST_CASE("a masked timer wakes nobody, and a patient sitter ends the run")
{
    RomBench bench(Code().out(0x43, 0x34).out(0x40, 0).out(0x40, 1).pic(0).sti().halt().exit(1));
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::Interrupted);
    CHECK(bench.machine->exit_status() == 0);
    CHECK(bench.machine->now_ns() > 1'000'000); // time went on: HLT itself did not end
}

TEST_CASE("a loop that only reads the time stamp lets time pass; measurements do not")
{
    auto const loop = [](uint16_t times) { // rdtsc; dec cx; jnz
        return Code()
            .bytes({0xb9, static_cast<uint8_t>(times), static_cast<uint8_t>(times >> 8)})
            .bytes({0x0f, 0x31, 0x49, 0x75, 0xfb})
            .halt();
    };
    RomBench few(loop(50)), many(loop(1000));
    REQUIRE(few.machine);
    REQUIRE(many.machine);
    CHECK(few.machine->run() == Outcome::Halted);
    CHECK(few.machine->engine().instructions() == 3 + 50 * 3);
    CHECK(few.machine->now_ns() == few.machine->engine().instructions());
    CHECK(many.machine->run() == Outcome::Halted);
    CHECK(many.machine->engine().instructions() == 3 + 1000 * 3);
    CHECK(many.machine->now_ns() > 900'000);
    CHECK(many.machine->now_ns() < 1'000'000);
}
