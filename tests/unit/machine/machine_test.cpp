// The ends of a run, and the wires: A20, reset, serial port, holes, stuck bits.
#include <doctest/doctest.h>

#include "tests/unit/machine/rom_bench.hpp"

using namespace pagelab;
using machine::Outcome;
using test::Code;
using test::RomBench;

namespace {

Outcome outcome_of(Code const& code)
{
    RomBench bench(code);
    REQUIRE(bench.machine);
    return bench.machine->run();
}

} // namespace

TEST_CASE("a run ends as the guest makes it end")
{
    CHECK(outcome_of(Code().halt()) == Outcome::Halted);
    CHECK(outcome_of(Code().exit(0)) == Outcome::Exit);
    CHECK(outcome_of(Code().out(0x64, 0xfe).halt()) == Outcome::Reset);    // 8042 pulse
    CHECK(outcome_of(Code().out(0x92, 0x03).halt()) == Outcome::Reset);    // port 92h
    CHECK(outcome_of(Code().bytes({0xeb, 0xfe})) == Outcome::Interrupted); // jmp $
}

TEST_CASE("no vector table, no handler: a triple fault")
{
    // lidt cs:[1000h], where the handler's place holds zeroes; int 10h
    RomBench bench(Code().bytes({0x2e, 0x0f, 0x01, 0x1e, 0x00, 0x10, 0xcd, 0x10}),
                   Code().bytes({0, 0, 0, 0, 0, 0}));
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::TripleFault);
}

TEST_CASE("the exit port keeps all 32 bits of the first value")
{
    // mov eax, 12345678h; out f4h, eax; out f4h, al
    RomBench bench(
        Code().bytes({0x66, 0xb8, 0x78, 0x56, 0x34, 0x12, 0x66, 0xe7, 0xf4, 0xe6, 0xf4}).halt());
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::Exit);
    CHECK(bench.machine->exit_status() == 0x1234'5678);
}

TEST_CASE("A20: both gates off and the second MiB shows the first")
{
    Code code;
    code.bytes({0xc6, 0x06, 0x00, 0x05, 'A'});  // mov byte [500h], 'A'
    code.bytes({0xb8, 0xff, 0xff, 0x8e, 0xd8}); // mov ax, ffffh; mov ds, ax
    code.bytes({0xc6, 0x06, 0x10, 0x05, 'B'});  // mov byte [510h], 'B': address 100500h
    // jmp $ + 2, since the gate works from the next block of code on; mov al, [510h]
    auto const show = [&] { code.bytes({0xeb, 0x00, 0xa0, 0x10, 0x05}).print_al(); };
    show();
    code.out(0x92, 0x00);
    show();
    code.out(0x64, 0xd1).out(0x60, 0xdd); // the 8042's output port: A20 off
    show();
    code.out(0x92, 0x02);
    show();
    code.out(0x92, 0x00).out(0x64, 0xd1).out(0x60, 0xdf);
    show();
    RomBench bench(code.halt());
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::Halted);
    CHECK(bench.sitter.debug == "BBABB");
}

TEST_CASE("the serial port prints, and a typed byte arrives as IRQ 4")
{
    auto const code = Code()
                          .vector(0x0c, test::kHandler)
                          .pic(1 << 4)
                          .out_dx(0x3fb, 3) // eight bits
                          .out_dx(0x3f8, 'H')
                          .out_dx(0x3f8, 'i')
                          .out_dx(0x3fc, 0x08) // OUT2 lets the interrupt through
                          .out_dx(0x3f9, 0x01) // when a byte has come
                          .sti()
                          .halt()
                          .exit(1);
    // mov dx, 3f8h; in al, dx
    auto const handler = Code().bytes({0xba, 0xf8, 0x03, 0xec}).print_al().exit(0);
    RomBench bench(code, handler);
    REQUIRE(bench.machine);
    bench.sitter.typed = "x";
    CHECK(bench.machine->run() == Outcome::Exit);
    CHECK(bench.machine->exit_status() == 0);
    CHECK(bench.sitter.serial == "Hi");
    CHECK(bench.sitter.debug == "x");
    CHECK(bench.sitter.waits == 1);
    CHECK(bench.machine->engine().statistics().interrupts[0x0c] == 1);
}

TEST_CASE("a stuck bit reads as one, whatever is written; its neighbours do not")
{
    machine::MachineConfig config;
    config.stuck_bits = {{PhysAddr(0x5000), 3}};
    Code code;
    code.bytes({0xc6, 0x06, 0x00, 0x50, 0x41, 0xa0, 0x00, 0x50}).print_al(); // [5000h] = 41h
    code.bytes({0xc6, 0x06, 0x01, 0x50, 0x41, 0xa0, 0x01, 0x50}).print_al(); // [5001h]
    code.bytes({0xc7, 0x06, 0xff, 0x4f, 0x41, 0x41});                        // word [4fffh]
    code.bytes({0xa1, 0xff, 0x4f}).print_al().bytes({0x88, 0xe0}).print_al();
    RomBench bench(code.halt(), {}, config);
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::Halted);
    CHECK(bench.sitter.debug == "\x49\x41\x41\x49");
}

TEST_CASE("addresses nobody owns read as all ones; the APICs are there unless switched off")
{
    machine::MachineConfig without;
    without.lapic = false;
    RomBench bench(Code().halt()), bare(Code().halt(), {}, without);
    REQUIRE(bench.machine);
    REQUIRE(bare.machine);
    CHECK(bench.machine->mmio_read(PhysAddr(0xd000'0000), 4) == 0xffff'ffff);
    CHECK(bench.machine->mmio_read(PhysAddr(0xd000'0000), 8) == ~uint64_t{0});
    CHECK(bench.machine->port_in(0x5678, 2) == 0xffff);
    CHECK((bench.machine->mmio_read(PhysAddr(0xfee0'0030), 4) & 0xf0) == 0x10); // LAPIC version
    CHECK(bare.machine->mmio_read(PhysAddr(0xfee0'0030), 4) == 0xffff'ffff);
    CHECK(bare.machine->mmio_read(PhysAddr(0xfec0'0000), 4) == 0xffff'ffff);
}

TEST_CASE("what a machine cannot be made of is said in one line")
{
    machine::MachineConfig config;
    config.ram_size = 1 << 20;
    CHECK(RomBench(Code(), {}, config).error == "RAM of 1048576 bytes: it must be 16M to 64G");
    config = {};
    config.cpu_model = "z80";
    CHECK(RomBench(Code(), {}, config).error.starts_with("no CPU model 'z80'; known are "));
}
