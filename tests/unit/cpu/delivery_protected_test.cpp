// Frames of protected mode, word by word: SDM vol. 3, figure 6-4 and section 6.12.1; 20.3.
#include "tests/unit/cpu/delivery_bench.hpp"

using namespace pagelab;

using Words = std::vector<uint32_t>;

TEST_CASE("same privilege: EFLAGS, CS, EIP on the stack in use, and IF cleared")
{
    DeliveryBench bench = protected_bench();
    CHECK(bench.interrupt(0x20).attempts.size() == 1);
    CHECK(bench.state.gpr[cpu::Rsp] == kKernelStack - 0x100 - 12);
    CHECK(bench.memory.words<uint32_t>(kKernelStack - 0x100 - 12, 3) ==
          Words{0x7c00, KernelCode, 0x202});
    CHECK(bench.state.rip == kHandler);
    CHECK(bench.state.rflags == 0x2);
    CHECK(bench.state.segment[cpu::Cs].selector == KernelCode);
    CHECK(bench.state.segment[cpu::Ss].selector == KernelData);
}

TEST_CASE("an error code comes last, for exceptions only")
{
    for (unsigned vector = 0; vector < 32; ++vector) {
        CAPTURE(vector);
        bool const has_code = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 ||
                              vector == 21 || vector == 29 || vector == 30; // table 6-1; AMD's two
        DeliveryBench bench = protected_bench();
        bench.raise(static_cast<uint8_t>(vector), 0xabc);
        CHECK(bench.state.gpr[cpu::Rsp] == kKernelStack - 0x100 - (has_code ? 16 : 12));
        if (has_code)
            CHECK(bench.memory.get<uint32_t>(bench.state.gpr[cpu::Rsp]) == 0xabc);
        DeliveryBench external = protected_bench();
        external.interrupt(static_cast<uint8_t>(vector));
        CHECK(external.state.gpr[cpu::Rsp] == kKernelStack - 0x100 - 12);
        DeliveryBench software = protected_bench();
        software.software(static_cast<uint8_t>(vector));
        CHECK(software.state.gpr[cpu::Rsp] == kKernelStack - 0x100 - 12);
    }
}

TEST_CASE("RF in the pushed image: set by faults, kept by all else")
{
    for (unsigned vector = 0; vector < 32; ++vector) {
        CAPTURE(vector);
        // Traps and aborts of table 6-1, and #DB, which is either.
        bool const is_fault =
            vector != 1 && vector != 3 && vector != 4 && vector != 8 && vector != 18;
        DeliveryBench bench = protected_bench();
        bench.raise(static_cast<uint8_t>(vector));
        uint32_t const flags = bench.memory.get<uint32_t>(kKernelStack - 0x100 - 4);
        CHECK(flags == (is_fault ? 0x1'0202 : 0x202));
        CHECK((bench.state.rflags & 0x1'0000) == 0);
    }
    DeliveryBench kept = protected_bench();
    kept.state.rflags |= 0x1'0000;
    kept.interrupt(0x20);
    CHECK(kept.memory.get<uint32_t>(kKernelStack - 0x100 - 4) == 0x1'0202);
}

TEST_CASE("flags: all gates clear TF, NT, RF and VM, interrupt gates IF as well")
{
    for (uint8_t const kind : {kInterrupt16, kTrap16, kInterrupt32, kTrap32}) {
        CAPTURE(kind);
        DeliveryBench bench = protected_bench();
        bench.state.rflags = 0x25'7fd7 & ~0x2'0000; // everything but VM
        bench.set_gate(0x30, gate_word(0x1234, KernelCode, kind));
        bench.interrupt(0x30);
        bool const trap = (kind & 1) != 0;
        CHECK(bench.state.rflags == (0x24'3cd7u | (trap ? 0x200 : 0)));
    }
}

TEST_CASE("a 16-bit gate pushes words and enters at 16 bits of offset")
{
    DeliveryBench bench = protected_bench();
    bench.set_gate(14, gate_word(0xffff'4321, KernelCode, kInterrupt16));
    bench.state.rip = 0x0001'5678;
    bench.raise(14, 0x1'0003);
    CHECK(bench.state.rip == 0x4321);
    CHECK(bench.state.gpr[cpu::Rsp] == kKernelStack - 0x100 - 8);
    CHECK(bench.memory.words<uint16_t>(kKernelStack - 0x108, 4) ==
          std::vector<uint16_t>{0x0003, 0x5678, KernelCode, 0x0202});
}

TEST_CASE("a 16-bit stack segment: SP moves, the rest of ESP stays")
{
    DeliveryBench bench = protected_bench();
    bench.state.segment[cpu::Ss] = loaded(KernelData, describe(0x2'0000, 0xffff, kData0, kBytes16));
    bench.state.gpr[cpu::Rsp] = 0xabcd'0004;
    bench.interrupt(0x20);
    CHECK(bench.state.gpr[cpu::Rsp] == 0xabcd'fff8);
    CHECK(bench.memory.get<uint32_t>(0x2'0000) == 0x202);
    CHECK(bench.memory.words<uint32_t>(0x2'fff8, 2) == Words{0x7c00, KernelCode});
}

TEST_CASE("inner privilege: the stack of a 32-bit TSS, with the outer one on it")
{
    DeliveryBench bench = protected_bench();
    enter_user_mode(bench.state);
    bench.raise(13, 0x18);
    CHECK(bench.state.cpl == 0);
    CHECK(bench.state.segment[cpu::Ss] ==
          loaded(KernelData, describe(0, 0xf'ffff, kData0, kPages32)));
    CHECK(bench.state.segment[cpu::Cs].selector == KernelCode);
    CHECK(bench.state.segment[cpu::Ds].selector == UserData); // left to the handler
    CHECK(bench.state.gpr[cpu::Rsp] == kKernelStack - 24);
    CHECK(bench.memory.words<uint32_t>(kKernelStack - 24, 6) ==
          Words{0x18, 0x7c00, UserCode, 0x1'0202, kUserStack, UserData});
}

TEST_CASE("inner privilege 1 takes SS1:ESP1")
{
    DeliveryBench bench = protected_bench();
    enter_user_mode(bench.state);
    bench.set_gdt(Spare, describe(0, 0xf'ffff, kCode1, kPages32));
    bench.set_gdt(OtherTask, describe(0, 0xf'ffff, kData1, kPages32));
    bench.memory.put<uint32_t>(kTss + 0xc, 0x7000);
    bench.memory.put<uint32_t>(kTss + 0x10, OtherTask | 1);
    bench.set_gate(0x30, gate_word(kHandler, Spare, kTrap32));
    bench.interrupt(0x30);
    CHECK(bench.state.cpl == 1);
    CHECK(bench.state.segment[cpu::Cs].selector == (Spare | 1));
    CHECK(bench.state.segment[cpu::Ss].selector == (OtherTask | 1));
    CHECK(bench.state.gpr[cpu::Rsp] == 0x7000 - 20);
}

TEST_CASE("inner privilege: a 16-bit TSS gives SP and SS in words")
{
    DeliveryBench bench = protected_bench();
    enter_user_mode(bench.state);
    bench.state.tr = loaded(TaskState, describe(kTss, 0x2b, kTss16Busy, 0));
    bench.memory.put<uint32_t>(kTss + 2, KernelData << 16 | 0x6000);
    bench.interrupt(0x20);
    CHECK(bench.state.gpr[cpu::Rsp] == 0x6000 - 20);
    CHECK(bench.memory.words<uint32_t>(0x6000 - 20, 5) ==
          Words{0x7c00, UserCode, 0x202, kUserStack, UserData});
}

TEST_CASE("an inner stack of 16 bits keeps the upper half of the new ESP")
{
    DeliveryBench bench = protected_bench();
    enter_user_mode(bench.state);
    bench.set_gdt(KernelData, describe(0, 0xffff, kData0, kBytes16));
    bench.memory.put<uint32_t>(kTss + 4, 0x1234'8000);
    bench.interrupt(0x20);
    CHECK(bench.state.gpr[cpu::Rsp] == 0x1234'8000 - 20);
    CHECK(bench.memory.get<uint32_t>(0x8000 - 4) == UserData);
}

TEST_CASE("conforming code runs at the interrupted privilege, on its stack")
{
    DeliveryBench bench = protected_bench();
    enter_user_mode(bench.state);
    bench.set_gdt(Spare, describe(0, 0xf'ffff, kConforming0, kPages32));
    bench.set_gate(0x20, gate_word(kHandler, Spare, kInterrupt32));
    bench.interrupt(0x20);
    CHECK(bench.state.cpl == 3);
    CHECK(bench.state.segment[cpu::Cs].selector == (Spare | 3));
    CHECK(bench.state.segment[cpu::Ss].selector == UserData);
    CHECK(bench.state.gpr[cpu::Rsp] == kUserStack - 12);
    CHECK(bench.memory.words<uint32_t>(kUserStack - 12, 3) == Words{0x7c00, UserCode, 0x202});
}

TEST_CASE("leaving virtual-8086 mode: nine words, and null data segments")
{
    DeliveryBench bench = protected_bench();
    bench.state.cpl = 3;
    bench.state.rflags = 0x2'3202; // VM, IOPL 3, IF
    uint16_t selector = 0x1110;
    for (cpu::Segment& segment : bench.state.segment) {
        segment = {selector, uint64_t{selector} << 4, 0xffff, 0xf300};
        selector = static_cast<uint16_t>(selector + 0x1111);
    }
    bench.state.gpr[cpu::Rsp] = 0xfffe;
    bench.set_gate(0x10, gate_word(kHandler, KernelCode, kInterrupt32 | kGateDpl3));
    bench.software(0x10);
    CHECK(bench.state.gpr[cpu::Rsp] == kKernelStack - 36);
    CHECK(bench.memory.words<uint32_t>(kKernelStack - 36, 9) ==
          Words{0x7c00, 0x2221, 0x2'3202, 0xfffe, 0x3332, 0x1110, 0x4443, 0x5554, 0x6665});
    CHECK(bench.state.rflags == 0x3002);
    CHECK(bench.state.cpl == 0);
    for (auto const index : {cpu::Es, cpu::Ds, cpu::Fs, cpu::Gs})
        CHECK(bench.state.segment[index] == cpu::Segment{});
}

TEST_CASE("virtual-8086 mode may only be left for privilege 0")
{
    DeliveryBench bench = protected_bench();
    bench.state.cpl = 3;
    bench.state.rflags = 0x2'3202;
    bench.set_gdt(Spare, describe(0, 0xf'ffff, kConforming0, kPages32));
    bench.set_gate(0x10, gate_word(kHandler, Spare, kInterrupt32 | kGateDpl3));
    CHECK(followed_by(bench.software(0x10)) == std::vector<Fault>{{13, Spare}});
}

TEST_CASE("delivery ends an interrupt shadow")
{
    DeliveryBench bench = protected_bench();
    bench.state.interrupt_shadow = true;
    bench.raise(6);
    CHECK(!bench.state.interrupt_shadow);
}
