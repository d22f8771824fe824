// Several CPUs: starting them, what each sees of itself, and what they send each other.
#include <doctest/doctest.h>

#include "tests/unit/machine/smp_bench.hpp"

using namespace pagelab;
using machine::Outcome;
using namespace test;

TEST_CASE("all CPUs start when INIT and a start-up message come, and stop in HLT")
{
    for (unsigned const cpus : {2u, 4u, 16u}) {
        CAPTURE(cpus);
        auto const first = SmpCode()
                               .start_others()
                               .wait_for(kReady, static_cast<uint16_t>(cpus - 1))
                               .print_word(kReady)
                               .hlt();
        RomBench bench(first, SmpCode().lock_inc(kReady).hlt(), smp_config(cpus));
        REQUIRE(bench.machine);
        CHECK(bench.machine->run() == Outcome::Halted);
        CHECK(word_of(bench.sitter.debug) == cpus - 1);
    }
}

TEST_CASE("a start-up message alone starts nobody twice, and INIT makes one wait again")
{
    // The second CPU counts and halts; two more messages without INIT are lost, then INIT again.
    auto const first = SmpCode()
                           .start_others()
                           .wait_for(kReady, 1)
                           .apic_write(0x300, kStartAllOthers)
                           .apic_write(0x300, kStartAllOthers)
                           .start_others()
                           .wait_for(kReady, 2)
                           .print_word(kReady)
                           .hlt();
    RomBench bench(first, SmpCode().lock_inc(kReady).hlt(), smp_config(2));
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::Halted);
    CHECK(word_of(bench.sitter.debug) == 2);
}

TEST_CASE("each CPU has its own local APIC and its number in CPUID")
{
    // AP: mov eax, 1; cpuid; shr ebx, 24 -> bl; read APIC ID: shr eax, 24; cmp al, bl; jne .hlt
    // mov [630h + bx], bl; lock inc [kReady]; hlt
    auto const other = SmpCode()
                           .raw({0x66, 0xb8, 1, 0, 0, 0, 0x0f, 0xa2, 0x66, 0xc1, 0xeb, 24})
                           .apic_read(0x20)
                           .raw({0x66, 0xc1, 0xe8, 24, 0x38, 0xd8, 0x75, 0x09})
                           .raw({0x88, 0x9f, 0x30, 0x06})
                           .lock_inc(kReady)
                           .hlt();
    auto const first =
        SmpCode().start_others().wait_for(kReady, 3).print_word(0x630).print_word(0x632);
    RomBench bench(SmpCode(first).hlt(), other, smp_config(4));
    REQUIRE(bench.machine);
    CHECK(bench.machine->run() == Outcome::Halted);
    CHECK(bench.sitter.debug == std::string("\0\1\2\3", 4));
}

TEST_CASE("an interrupt wakes the CPU it is for, and all others by the shorthand")
{
    // Others: enable APIC, ready, sti; hlt; after it count and halt for good.
    auto const other =
        SmpCode().enable_apic().lock_inc(kReady).sti_hlt().lock_inc(kCounter).raw({0xfa}).hlt();
    RomBench one(SmpCode()
                     .set_vector(0x40, 0x2000)
                     .enable_apic()
                     .start_others()
                     .wait_for(kReady, 3)
                     .apic_write(0x310, 2u << 24)
                     .apic_write(0x300, 0x40)
                     .wait_for(kCounter, 1)
                     .apic_write(0x300, 0xc'0040) // all but self
                     .wait_for(kCounter, 3)
                     .print_word(kCounter)
                     .hlt(),
                 other, smp_config(4));
    REQUIRE(one.machine);
    one.place(0x2000, {0xcf}); // iret; no end of interrupt, so the second is pending for CPU 2
    CHECK(one.machine->run() == Outcome::Halted);
    CHECK(word_of(one.sitter.debug) == 3);
    CHECK(one.machine->engine().statistics().interrupts[0x40] == 3);
}

TEST_CASE("an NMI wakes a CPU that is deaf to interrupts, and a second one waits for IRET")
{
    // Others: ready; cli; hlt. The NMI handler: lock inc [kCounter]; wait_for(kWord, 1); iret
    auto const other = SmpCode().lock_inc(kReady).hlt().hlt().hlt().hlt();
    auto const handler = SmpCode().lock_inc(kCounter).wait_for(kWord, 1).raw({0xcf});
    RomBench bench(SmpCode()
                       .set_vector(2, 0x2000)
                       .start_others()
                       .wait_for(kReady, 1)
                       .apic_write(0x300, 0xc'0400)
                       .wait_for(kCounter, 1)
                       .apic_write(0x300, 0xc'0400)
                       .raw({0xb9, 0xff, 0x0f, 0xe2, 0xfe}) // mov cx, fffh; loop $
                       .print_word(kCounter)
                       .lock_inc(kWord)
                       .wait_for(kCounter, 2)
                       .print_word(kCounter)
                       .hlt(),
                   other, smp_config(2));
    REQUIRE(bench.machine);
    bench.place(0x2000, handler.get());
    CHECK(bench.machine->run() == Outcome::Halted);
    CHECK(word_of(bench.sitter.debug, 0) == 1);
    CHECK(word_of(bench.sitter.debug, 2) == 2);
}

TEST_CASE("every CPU's APIC timer ticks at its time while all are halted")
{
    // All: one-shot timer, divided by 1, 1 ms; sti; hlt; count
    auto const timed = [](SmpCode code) {
        return code.enable_apic()
            .apic_write(0x3e0, 0x0b)
            .apic_write(0x320, 0x41)
            .apic_write(0x380, 1'000'000)
            .sti_hlt()
            .lock_inc(kCounter)
            .raw({0xfa});
    };
    RomBench bench(timed(SmpCode().set_vector(0x41, 0x2000).start_others())
                       .wait_for(kCounter, 4)
                       .print_word(kCounter)
                       .hlt(),
                   timed(SmpCode()).hlt(), smp_config(4));
    REQUIRE(bench.machine);
    bench.place(0x2000, {0xcf});
    CHECK(bench.machine->run() == Outcome::Halted);
    CHECK(word_of(bench.sitter.debug) == 4);
    CHECK(bench.machine->engine().statistics().interrupts[0x41] == 4);
    CHECK(bench.machine->now_ns() > 1'000'000);
    CHECK(bench.machine->now_ns() < 1'200'000);
    CHECK(bench.machine->engine().instructions() < 50'000);
}
