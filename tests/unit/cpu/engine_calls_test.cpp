// SYSCALL, SYSRET, SYSENTER and SYSEXIT (SDM vol. 2), and interrupts that end a HLT.
#include "emu/cpu/engine.hpp"

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

using Values = std::vector<uint32_t>;

constexpr uint32_t kStar = 0xc000'0081, kLstar = 0xc000'0082, kFmask = 0xc000'0084;
constexpr uint32_t kSysenterCs = 0x174, kSysenterEsp = 0x175, kSysenterEip = 0x176;
constexpr uint32_t kEntry = 0x1'3000, kSysenterStack = 0xa800;

// mov eax,cs; out 0xe7; mov eax,ss; out 0xe7; push flags; pop eax; out 0xe7
constexpr std::initializer_list<int> kReport = {0x8c, 0xc8, 0xe7, 0xe7, 0x8c, 0xd0,
                                                0xe7, 0xe7, 0x9c, 0x58, 0xe7, 0xe7};
// The same to port 0xe9; int 0x81
constexpr std::initializer_list<int> kUserReport = {0x8c, 0xc8, 0xe7, 0xe9, 0x8c, 0xd0, 0xe7,
                                                    0xe9, 0x9c, 0x58, 0xe7, 0xe9, 0xcd, 0x81};

std::vector<uint8_t> syscall_setup()
{
    std::vector<uint8_t> code;
    append_wrmsr(code, kStar, 0x001b'0008'0000'0000);
    append_wrmsr(code, kLstar, kEntry);
    append_wrmsr(code, kFmask, 0x600); // IF, DF
    return code;
}

std::vector<uint8_t> sysenter_setup(uint32_t selector)
{
    std::vector<uint8_t> code;
    append_wrmsr(code, kSysenterCs, selector);
    append_wrmsr(code, kSysenterEsp, kSysenterStack);
    append_wrmsr(code, kSysenterEip, kEntry);
    return code;
}

// The user's code: std; syscall; the report.
void prepare_syscall(PagedBench& bench, std::initializer_list<int> sysret)
{
    std::vector<uint8_t> user;
    append(user, {0xfd, 0x0f, 0x05});
    append(user, kUserReport);
    bench.set_user_code(user, syscall_setup());
    bench.set_gate(0x81, kHandlers + 0x810, 0xee);
    std::vector<uint8_t> entry;
    append(entry, {0x89, 0xc8, 0xe7, 0xe7, 0x44, 0x89, 0xd8, 0xe7, 0xe7}); // ecx, r11d
    append(entry, {0x89, 0xe0, 0xe7, 0xe7});                               // esp
    append(entry, kReport); // its PUSHF is on the user's stack: SYSCALL changes none
    append(entry, sysret);
    bench.put(kEntry, entry);
}

} // namespace

TEST_CASE("SYSCALL and SYSRET to 64-bit code")
{
    for (Mode const mode : {Mode::Long, Mode::LongNoNx}) {
        PagedBench bench(mode);
        prepare_syscall(bench, {0x48, 0x0f, 0x07});
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe7) ==
              Values{kUserCode + 3, 0x3602, kUserStackTop, kKernelCs, kKernelSs, 0x3002});
        CHECK(bench.written(0xe9) == Values{kUserCs64, kUserSs, 0x3602});
        CHECK(bench.written(0xe8) == Values{0x81});
        CHECK(bench.engine->statistics().exceptions[0x81] == 1);
        // 12 for the MSRs, STD SYSCALL, 6 + 7 + 1 of the entry, 7 + INT, and 3 of its handler.
        CHECK(bench.engine->instructions() == bench.instructions_to_user() + 12 + 2 + 14 + 8 + 3);
    }
}

TEST_CASE("SYSRET to compatibility mode")
{
    PagedBench bench(Mode::Long);
    prepare_syscall(bench, {0x0f, 0x07});
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == Values{kUserCs32, kUserSs, 0x3602});
}

TEST_CASE("SYSCALL is #UD in compatibility and protected mode, and with EFER.SCE clear")
{
    PagedBench compatibility(Mode::Long);
    compatibility.user_cs = kUserCs32;
    compatibility.set_user_code({0x90, 0x0f, 0x05}, syscall_setup());
    REQUIRE(compatibility.engine->run() == Stop::Halt);
    CHECK(compatibility.written(0xe8) == Values{6});
    CHECK(compatibility.frame(kStackTop, 5)[0] == kUserCode + 1);

    for (Mode const mode : {Mode::Pae, Mode::PaeNx}) {
        PagedBench legacy(mode);
        legacy.set_user_code({0x90, 0x0f, 0x05}, syscall_setup());
        REQUIRE(legacy.engine->run() == Stop::Halt);
        CHECK(legacy.written(0xe8) == Values{6});
        CHECK(legacy.frame(kStackTop, 5)[0] == kUserCode + 1);
    }

    PagedBench disabled(Mode::Long);
    std::vector<uint8_t> setup;
    append_wrmsr(setup, 0xc000'0080, 0x900);
    disabled.set_user_code({0x90, 0x0f, 0x05}, setup);
    REQUIRE(disabled.engine->run() == Stop::Halt);
    CHECK(disabled.written(0xe8) == Values{6});
    CHECK(disabled.frame(kStackTop, 5)[0] == kUserCode + 1);
    CHECK(disabled.engine->instructions() == disabled.instructions_to_user() + 4 + 1 + 3);
}

TEST_CASE("SYSENTER and SYSEXIT")
{
    for (Mode const mode : {Mode::Pae, Mode::PaeNx, Mode::Long}) {
        CAPTURE(mode);
        bool const wide = is_long(mode);
        PagedBench bench(mode);
        // mov edx,back; mov ecx,esp; sysenter; back: the report
        std::vector<uint8_t> user;
        append(user, {0xba});
        append32(user, kUserCode + 9);
        append(user, {0x89, 0xe1, 0x0f, 0x34});
        append(user, kUserReport);
        bench.set_user_code(user, sysenter_setup(kKernelCs));
        bench.set_gate(0x81, kHandlers + 0x810, 0xee);
        std::vector<uint8_t> entry;
        append(entry, {0x89, 0xe0, 0xe7, 0xe7}); // mov eax,esp; out
        append(entry, kReport);
        append(entry, {0xfb, wide ? 0x48 : 0x90, 0x0f, 0x35}); // sti; (rex.w) sysexit
        bench.put(kEntry, entry);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe7) == Values{kSysenterStack, kKernelCs, kKernelSs, 0x3002});
        CHECK(bench.written(0xe9) ==
              Values{wide ? kUserCs64 : kUserCs32, wide ? kUserSs + 0x10u : kUserSs, kUserFlags});
    }
}

TEST_CASE("SYSENTER without a selector, and SYSEXIT from user mode, are #GP(0)")
{
    for (Mode const mode : {Mode::Pae, Mode::PaeNx, Mode::Long}) {
        for (uint8_t const opcode : {0x34, 0x35}) {
            CAPTURE(mode);
            CAPTURE(opcode);
            PagedBench bench(mode);
            bench.set_user_code({0x90, 0x0f, opcode},
                                sysenter_setup(opcode == 0x34 ? 0 : kKernelCs));
            REQUIRE(bench.engine->run() == Stop::Halt);
            CHECK(bench.written(0xe8) == Values{13});
            CHECK(bench.frame(kStackTop, 6)[0] == 0);
            CHECK(bench.frame(kStackTop, 6)[1] == kUserCode + 1);
        }
    }
}

TEST_CASE("an interrupt ends a HLT, and IRET goes on after it")
{
    for (Mode const mode : {Mode::Pae, Mode::PaeNx, Mode::Long}) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.set_code({0xfb, 0xf4, 0xe7, 0xe9, 0xf4}); // sti; hlt; out 0xe9,eax; hlt
        uint8_t const rex = is_long(mode) ? 0x48 : 0x90;
        bench.put(kHandlers + 0x200, {0xb8, 0x20, 0, 0, 0, 0xe7, 0xe7, rex, 0xcf});
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.engine->can_interrupt());
        uint64_t const before = bench.engine->instructions();
        bench.engine->interrupt(0x20);
        CHECK(!bench.engine->can_interrupt());
        CHECK(bench.engine->instructions() == before);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe7) == Values{0x20});
        CHECK(bench.written(0xe9) == Values{0x20});
        CHECK(bench.engine->statistics().interrupts[0x20] == 1);
        CHECK(bench.engine->instructions() == before + (is_long(mode) ? 3 : 4) + 2);
        CHECK(bench.engine->can_interrupt());
    }
}
