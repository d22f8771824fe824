#include "emu/cpu/engine.hpp"

#include <string>

#include "tests/unit/cpu/bench.hpp"

using namespace pagelab;

TEST_CASE("the first instruction is at the reset vector, in real mode")
{
    Bench bench({0xb0, 0x48, 0xe6, 0xe9, 0xf4}); // mov al,'H'; out 0xe9,al; hlt
    CHECK(bench.engine->state().linear_rip() == 0xffff'fff0);
    CHECK(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.outputs.size() == 1);
    CHECK(bench.outputs[0].value == 'H');
    CHECK(bench.outputs[0].when == 2); // jmp, mov
    CHECK(bench.engine->instructions() == 4);
    CHECK(bench.engine->state().rip == 5);
}

TEST_CASE("a deadline stops a loop, and the count goes on where it was")
{
    Bench bench({0x40, 0xeb, 0xfd}); // inc ax; jmp -3
    bench.engine->set_deadline(1001);
    CHECK(bench.engine->run() == Stop::Deadline);
    CHECK(bench.engine->instructions() == 1001);
    CHECK((bench.engine->state().gpr[cpu::Rax] & 0xffff) == 500);
    bench.engine->set_deadline(2001);
    CHECK(bench.engine->run() == Stop::Deadline);
    CHECK((bench.engine->state().gpr[cpu::Rax] & 0xffff) == 1000);
}

TEST_CASE("INT n goes through the real-mode vector table and IRET comes back")
{
    // xor ax,ax; mov ss,ax; mov sp,0x7000; int 0x21; mov al,2; out 0xe9,al; hlt
    Bench bench(
        {0x31, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x70, 0xcd, 0x21, 0xb0, 0x02, 0xe6, 0xe9, 0xf4});
    bench.put(0x21 * 4, {0x00, 0x06, 0x00, 0x00});
    bench.put(0x600, {0xb0, 0x01, 0xe6, 0xe9, 0xcf}); // mov al,1; out 0xe9,al; iret
    CHECK(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.outputs.size() == 2);
    CHECK(bench.outputs[0].value == 1);
    CHECK(bench.outputs[1].value == 2);
    CHECK(bench.outputs[1].when == 9);
    CHECK(bench.engine->statistics().exceptions[0x21] == 1);
}

TEST_CASE("an invalid opcode, a divide error and its count")
{
    // xor ax,ax; mov ss,ax; mov sp,0x7000; ud2; (handler skips) xor cx,cx; div cx; hlt
    Bench bench(
        {0x31, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x70, 0x0f, 0x0b, 0x31, 0xc9, 0xf7, 0xf1, 0xf4});
    bench.put(6 * 4, {0x00, 0x06, 0x00, 0x00});
    bench.put(0 * 4, {0x00, 0x06, 0x00, 0x00});
    // push bp; mov bp,sp; add word [bp+2],2; pop bp; iret
    bench.put(0x600, {0x55, 0x89, 0xe5, 0x83, 0x46, 0x02, 0x02, 0x5d, 0xcf});
    CHECK(bench.engine->run() == Stop::Halt);
    CHECK(bench.engine->statistics().exceptions[6] == 1);
    CHECK(bench.engine->statistics().exceptions[0] == 1);
    // jmp xor mov mov | 5 handler | xor | 5 handler | hlt; the faulting ones did not retire.
    CHECK(bench.engine->instructions() == 4 + 5 + 1 + 5 + 1);
}

TEST_CASE("an external interrupt waits for IF and for the end of the STI shadow")
{
    // xor ax,ax; mov ss,ax; mov sp,0x7000; nop; jmp +0; sti; inc bx; jmp $-1 (inc bx)
    Bench bench(
        {0x31, 0xc0, 0x8e, 0xd0, 0xbc, 0x00, 0x70, 0x90, 0xeb, 0x00, 0xfb, 0x43, 0xeb, 0xfd});
    bench.put(0x20 * 4, {0x00, 0x06, 0x00, 0x00});
    bench.put(0x600, {0xf4});
    bench.engine->watch_interrupt_window(true);
    CHECK(bench.engine->run() == Stop::InterruptWindow);
    CHECK((bench.engine->state().gpr[cpu::Rbx] & 0xffff) == 1); // one instruction after STI
    bench.engine->watch_interrupt_window(false);
    bench.engine->interrupt(0x20);
    CHECK(bench.engine->run() == Stop::Halt);
    CHECK(bench.engine->state().rip == 0x601);
    CHECK(!bench.engine->interrupts_enabled());
}

TEST_CASE("without a usable table three faults end the run")
{
    Bench bench({0x0f, 0x01, 0x1e, 0x00, 0x06, 0x0f, 0x0b}); // lidt [0x600] (zeros: limit 0); ud2
    CHECK(bench.engine->run() == Stop::TripleFault);
    auto const& attempts = bench.engine->last_delivery().attempts;
    REQUIRE(attempts.size() == 3);
    CHECK(attempts[0].vector == 6);
    CHECK(attempts[1].vector == 13);
    CHECK(attempts[2].vector == 8);
}

TEST_CASE("holes go to the platform; ROM ignores writes")
{
    // mov ax,0xa000; mov ds,ax; mov al,[0]; out 0xe9,al; mov byte [4],7; mov ax,0xf000; mov ds,ax;
    // mov byte [0],0; mov al,[0]; out 0xe9,al; hlt
    Bench bench({0xb8, 0x00, 0xa0, 0x8e, 0xd8, 0xa0, 0x00, 0x00, 0xe6, 0xe9, 0xc6,
                 0x06, 0x04, 0x00, 0x07, 0xb8, 0x00, 0xf0, 0x8e, 0xd8, 0xc6, 0x06,
                 0x00, 0x00, 0x00, 0xa0, 0x00, 0x00, 0xe6, 0xe9, 0xf4});
    CHECK(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.outputs.size() == 2);
    CHECK(bench.outputs[0].value == 0xff);
    CHECK(bench.outputs[1].value == 0xb8);
    CHECK(bench.mmio[0xa'0004] == 7);
}

TEST_CASE("A20 off wraps the second megabyte onto the first")
{
    Bench bench({0xb8, 0xff, 0xff, 0x8e, 0xd8, 0xf4, 0xa0, 0x10, 0x00, 0xe6, 0xe9, 0xf4, 0xa0, 0x10,
                 0x00, 0xe6, 0xe9, 0xf4}); // ds = ffff; hlt; [0x10]; hlt; [0x10]; hlt
    bench.put(0x10'0000, {0x22});
    bench.put(0x0, {0x11});
    CHECK(bench.engine->run() == Stop::Halt);
    bench.engine->set_a20(false);
    CHECK(bench.engine->run() == Stop::Halt);
    bench.engine->set_a20(true);
    CHECK(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.outputs.size() == 2);
    CHECK(bench.outputs[0].value == 0x11);
    CHECK(bench.outputs[1].value == 0x22);
}

TEST_CASE("RDTSC is the instruction count, exactly, twice in one block too")
{
    // rdtsc; mov bx,ax; rdtsc; sub ax,bx; out 0xe9,ax; hlt
    Bench bench({0x0f, 0x31, 0x89, 0xc3, 0x0f, 0x31, 0x29, 0xd8, 0xe7, 0xe9, 0xf4});
    CHECK(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.outputs.size() == 1);
    CHECK(bench.outputs[0].value == 2);
    CHECK(bench.outputs[0].bytes == 2);
}

TEST_CASE("overwritten code of the same size is counted anew")
{
    // At 0:0x600 a block of two bytes runs as "nop; ret" and then as "jmp"-less "ret imm"... :
    // mov ss / sp; call 0:0x600; patch to {0x89,0xc0(2-byte mov)} and call again.
    Bench bench({0x31, 0xc0, 0x8e, 0xd0, 0x8e, 0xd8, 0xbc, 0x00, 0x70, // ss = ds = 0
                 0x9a, 0x00, 0x06, 0x00, 0x00,                         // call 0:0x600
                 0xe7, 0xe9,                                           // out
                 0xc7, 0x06, 0x00, 0x06, 0x89, 0xc0,                   // patch: mov ax,ax
                 0x9a, 0x00, 0x06, 0x00, 0x00, 0xe7, 0xe9, 0xf4});
    bench.put(0x600, {0x90, 0x90, 0xcb}); // nop; nop; retf
    CHECK(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.outputs.size() == 2);
    CHECK(bench.outputs[0].when == 9);                         // jmp 4 call nop nop retf
    CHECK(bench.outputs[1].when - bench.outputs[0].when == 5); // out mov call mov retf
}

TEST_CASE("unknown CPU models are refused by name")
{
    auto const model = cpu::find_cpu_model("z80");
    REQUIRE(!model);
    CHECK(model.error().message.find("'z80'") != std::string::npos);
}
