// Exceptions of real code under paging: frames, error codes, CR2, restart, stacks.
#include "emu/cpu/engine.hpp"

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

constexpr Mode kModes[] = {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx};

} // namespace

TEST_CASE("INT 0x80 from user mode: the TSS' stack, the frame, and IRET back")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        // mov eax,7; int 0x80; out 0xe9,eax; int 0x81
        bench.set_user_code({0xb8, 7, 0, 0, 0, 0xcd, 0x80, 0xe7, 0xe9, 0xcd, 0x81});
        bench.set_gate(0x80, kHandlers, 0xee);
        bench.set_gate(0x81, kHandlers + 0x810, 0xee);
        // add eax,eax; (rex.w) iret
        bench.put(kHandlers, {0x01, 0xc0, static_cast<uint8_t>(is_long(mode) ? 0x48 : 0x90), 0xcf});
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == std::vector<uint32_t>{14});
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{0x81});
        cpu::CpuState const state = bench.engine->state();
        CHECK(state.cpl == 0);
        CHECK(bench.frame(kStackTop, 5) == std::vector<uint64_t>{kUserCode + 11, bench.user_cs,
                                                                 kUserFlags, kUserStackTop,
                                                                 kUserSs});
        CHECK(bench.engine->statistics().exceptions[0x80] == 1);
    }
}

TEST_CASE("INT n through a gate of the kernel's is #GP with the IDT bit")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.set_user_code({0x90, 0xcd, 0x80});
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{13});
        CHECK(bench.frame(kStackTop, 6)[0] == 0x80 * 8 + 2);
        CHECK(bench.frame(kStackTop, 6)[1] == kUserCode + 1); // at the INT
        CHECK(bench.engine->instructions() == bench.instructions_to_user() + 1 + 3);
    }
}

TEST_CASE("INT3 through an absent gate is #NP at the one byte of INT3, INT 3 at its two")
{
    for (std::vector<uint8_t> const& code :
         {std::vector<uint8_t>{0x90, 0x90, 0xcc}, std::vector<uint8_t>{0x90, 0x90, 0xcd, 3}}) {
        PagedBench bench(Mode::Long);
        bench.set_user_code({});
        bench.put(kUserCode, code);
        bench.set_gate(3, kHandlers, 0x6e);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{11});
        CHECK(bench.frame(kStackTop, 6)[0] == 3 * 8 + 2);
        CHECK(bench.frame(kStackTop, 6)[1] == kUserCode + 2);
    }
}

TEST_CASE("page faults from user mode: error code, CR2 and the faulting instruction")
{
    struct Case {
        std::initializer_list<uint8_t> code;
        uint64_t entry; // of page 0x44000
        uint32_t error;
        uint64_t rip;
    };
    // mov eax,[0x44ffc]; mov [0x44ffc],eax. The [disp32] form with SIB means the same everywhere.
    std::initializer_list<uint8_t> const load = {0x8b, 0x04, 0x25, 0xfc, 0x4f, 0x04, 0x00};
    std::initializer_list<uint8_t> const store = {0x89, 0x04, 0x25, 0xfc, 0x4f, 0x04, 0x00};
    for (Mode const mode : kModes) {
        for (Case const& test :
             {Case{load, 0, 0x4, kUserCode}, Case{store, 0, 0x6, kUserCode},
              Case{load, 0x4'4003, 0x5, kUserCode}, Case{store, 0x4'4003, 0x7, kUserCode},
              Case{store, 0x4'4005, 0x7, kUserCode}}) {
            CAPTURE(mode);
            CAPTURE(test.error);
            PagedBench bench(mode);
            bench.set_user_code(test.code);
            bench.map(0x4'4000, test.entry);
            REQUIRE(bench.engine->run() == Stop::Halt);
            CHECK(bench.written(0xe8) == std::vector<uint32_t>{14});
            CHECK(bench.engine->state().cr2 == 0x4'4ffc);
            auto const frame = bench.frame(kStackTop, 6);
            CHECK(frame[0] == test.error);
            CHECK(frame[1] == test.rip);
            CHECK((frame[3] & 0x1'0000) != 0); // RF
        }
    }
}

TEST_CASE("an access across two pages faults at the page that is missing")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.set_user_code({0x89, 0x04, 0x25, 0xfe, 0x3f, 0x04, 0x00}); // mov [0x43ffe],eax
        bench.map(0x4'4000, 0);
        bench.put_word<uint32_t>(0x4'3ffc, 0x1234'5678);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.engine->state().cr2 == 0x4'4000);
        CHECK(bench.word<uint32_t>(0x4'3ffc) == 0x1234'5678); // nothing was written
    }
}

TEST_CASE("the handler maps the page, and the instruction runs again")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        // mov eax,[0x44000]; out 0xe9,eax; int 0x81
        bench.set_user_code({0x8b, 0x04, 0x25, 0x00, 0x40, 0x04, 0x00, 0xe7, 0xe9, 0xcd, 0x81});
        bench.set_gate(0x81, kHandlers + 0x810, 0xee);
        bench.map(0x4'4000, 0x4'5006); // not present, and another page than before
        bench.put_word<uint32_t>(0x4'5000, 0xcafe);
        // or byte [entry],1; invlpg [0x44000]; add sp,(4|8); iret
        auto const entry = static_cast<uint32_t>(bench.entry_of(0x4'4000));
        std::vector<uint8_t> handler;
        append(handler, {0x80, 0x0c, 0x25});
        append32(handler, entry);
        append(handler, {1, 0x0f, 0x01, 0x3c, 0x25, 0x00, 0x40, 0x04, 0x00});
        if (is_long(mode))
            append(handler, {0x48, 0x83, 0xc4, 0x08, 0x48, 0xcf});
        else
            append(handler, {0x83, 0xc4, 0x04, 0xcf});
        bench.put(kHandlers, handler);
        bench.set_gate(14, kHandlers);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == std::vector<uint32_t>{0xcafe});
        CHECK(bench.engine->statistics().exceptions[14] == 1);
        CHECK((bench.word<uint64_t>(bench.entry_of(0x4'4000)) & 0x20) != 0); // accessed
    }
}

TEST_CASE("two page faults in a row are two page faults")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        // mov eax,[0x44000]; mov eax,[0x45000]
        bench.set_user_code({0x8b, 0x04, 0x25, 0x00, 0x40, 0x04, 0x00, //
                             0x8b, 0x04, 0x25, 0x00, 0x50, 0x04, 0x00});
        bench.map(0x4'4000, 0);
        bench.map(0x4'5000, 0);
        bench.set_gate(14, kHandlers);
        // The handler skips the seven bytes: add dword [sp+code],7; add sp; iret
        if (is_long(mode))
            bench.put(kHandlers, {0x48, 0x83, 0x44, 0x24, 0x08, 0x07, 0x0f, 0x20, 0xd0, 0xe7, 0xe7,
                                  0x48, 0x83, 0xc4, 0x08, 0x48, 0xcf});
        else
            bench.put(kHandlers, {0x83, 0x44, 0x24, 0x04, 0x07, 0x0f, 0x20, 0xd0, 0xe7, 0xe7, 0x83,
                                  0xc4, 0x04, 0xcf});
        bench.put(kUserCode + 14, {0xcd, 0x81});
        bench.set_gate(0x81, kHandlers + 0x810, 0xee);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe7) == std::vector<uint32_t>{0x4'4000, 0x4'5000}); // CR2 each time
        CHECK(bench.engine->statistics().exceptions[8] == 0);
    }
}

TEST_CASE("NX: a fetch from a no-execute page, user and supervisor")
{
    for (Mode const mode : {Mode::PaeNx, Mode::Long}) {
        CAPTURE(mode);
        PagedBench user(mode);
        user.set_user_code({0xb8, 0x00, 0x40, 0x04, 0x00, 0xff, 0xe0}); // mov eax,0x44000; jmp eax
        user.map(0x4'4000, 0x4'4007 | kNoExecute);
        REQUIRE(user.engine->run() == Stop::Halt);
        CHECK(user.written(0xe8) == std::vector<uint32_t>{14});
        CHECK(user.frame(kStackTop, 6)[0] == 0x15);
        CHECK(user.frame(kStackTop, 6)[1] == 0x4'4000);
        CHECK(user.engine->state().cr2 == 0x4'4000);

        PagedBench kernel(mode);
        kernel.set_code({0xb8, 0x00, 0x00, 0x05, 0x00, 0xff, 0xe0});
        kernel.map(0x5'0000, 0x5'0003 | kNoExecute);
        REQUIRE(kernel.engine->run() == Stop::Halt);
        CHECK(kernel.engine->state().cr2 == 0x5'0000);
        CHECK(kernel.frame(kStackTop, is_long(mode) ? 6 : 4)[0] == 0x11);
    }
}

TEST_CASE("without NX bit 63 is reserved: RSVD in the error code")
{
    for (Mode const mode : {Mode::Pae, Mode::LongNoNx}) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.set_user_code({0x8b, 0x04, 0x25, 0x00, 0x40, 0x04, 0x00});
        bench.map(0x4'4000, 0x4'4007 | kNoExecute);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.frame(kStackTop, 6)[0] == 0xd);
    }
}

TEST_CASE("SMEP: the kernel may not run the user's pages")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode, 1u << 20);
        bench.set_code({0xb8, 0x00, 0x40, 0x04, 0x00, 0xff, 0xe0});
        bench.put(0x4'4000, {0xf4});
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{14});
        CHECK(bench.frame(kStackTop, is_long(mode) ? 6 : 4)[0] == 0x11);
        CHECK(bench.engine->state().cr2 == 0x4'4000);
    }
}

TEST_CASE("SMAP: the kernel reads the user's pages only between STAC and CLAC")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode, 1u << 21);
        // stac; mov eax,[0x44000]; out 0xe9,eax; clac; mov eax,[0x44000]
        bench.set_code({0x0f, 0x01, 0xcb, 0x8b, 0x04, 0x25, 0x00, 0x40, 0x04, 0x00, 0xe7,
                        0xe9, 0x0f, 0x01, 0xca, 0x8b, 0x04, 0x25, 0x00, 0x40, 0x04, 0x00});
        bench.put_word<uint32_t>(0x4'4000, 0x77);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == std::vector<uint32_t>{0x77});
        CHECK(bench.written(0xe8) == std::vector<uint32_t>{14});
        auto const frame = bench.frame(kStackTop, is_long(mode) ? 6 : 4);
        CHECK(frame[0] == 0x1);
        CHECK(frame[1] == kCodeAt + PagedBench::kSetupBytes + 15);
    }
}

TEST_CASE("CR0.WP: the kernel may not write a read-only page")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.map(0x5'0000, 0x5'0001);
        // mov eax,[0x50000] (fills the TLB); mov [0x50000],eax
        bench.set_code({0x8b, 0x04, 0x25, 0x00, 0x00, 0x05, 0x00, //
                        0x89, 0x04, 0x25, 0x00, 0x00, 0x05, 0x00});
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.frame(kStackTop, is_long(mode) ? 6 : 4)[0] == 0x3);
        CHECK(bench.engine->state().cr2 == 0x5'0000);
    }
}

TEST_CASE("long mode: a page fault on an interrupt stack, from a stack that is gone")
{
    PagedBench bench(Mode::Long);
    bench.set_gate(8, kHandlers + 0x80, 0x8e, 1);
    bench.map(0x8000, 0);   // the kernel's own stack
    bench.set_code({0x50}); // push rax
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe8) == std::vector<uint32_t>{8}); // #PF could not be pushed
    CHECK(bench.engine->state().cr2 == 0x8ff8);
    auto const frame = bench.frame(kIstTop, 6);
    CHECK(frame[0] == 0);
    CHECK(frame[1] == kCodeAt + PagedBench::kSetupBytes);
    CHECK(frame[2] == kKernelCs);
    CHECK(frame[4] == kStackTop);
    CHECK(frame[5] == kKernelSs);
    auto const& attempts = bench.engine->last_delivery().attempts;
    REQUIRE(attempts.size() == 2);
    CHECK(attempts[0].vector == 14);
    CHECK(attempts[1].vector == 8);
}

TEST_CASE("a stack that is gone and no other: a triple fault")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.map(0x8000, 0);
        bench.set_code({0x50});
        CHECK(bench.engine->run() == Stop::TripleFault);
        auto const& attempts = bench.engine->last_delivery().attempts;
        REQUIRE(attempts.size() == 2);
        CHECK(attempts[0].vector == 14);
        CHECK(attempts[1].vector == 8);
        CHECK(bench.engine->state().rip == kCodeAt + PagedBench::kSetupBytes);
    }
}
