// #SS(0) for a non-canonical address through the stack segment: by instruction, and on the engine.
#include "emu/cpu/stack_fault.hpp"

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

using Code = std::vector<uint8_t>;

constexpr uint64_t kBad = 0x8000'0000'0000'0000;

cpu::CpuState state_with(uint64_t rax, uint64_t rbp, uint64_t rsp)
{
    cpu::CpuState state;
    state.gpr[cpu::Rax] = rax;
    state.gpr[cpu::Rbp] = state.gpr[cpu::R13] = rbp;
    state.gpr[cpu::Rsp] = rsp;
    return state;
}

bool through_stack(cpu::CpuState const& state, Code const& code)
{
    Decoder const decoder;
    return faults_through_stack(state, std::as_bytes(std::span(code)), decoder);
}

} // namespace

TEST_CASE("the base register names the stack segment; FS and GS alone override it")
{
    cpu::CpuState const state = state_with(kBad, kBad, kBad);
    CHECK(through_stack(state, {0x8b, 0x45, 0x00}));        // mov eax,[rbp]
    CHECK(through_stack(state, {0x8b, 0x04, 0x24}));        // mov eax,[rsp]
    CHECK(through_stack(state, {0x3e, 0x8b, 0x45, 0x00}));  // mov eax,ds:[rbp]
    CHECK(!through_stack(state, {0x64, 0x8b, 0x45, 0x00})); // mov eax,fs:[rbp]
    CHECK(!through_stack(state, {0x65, 0x8b, 0x45, 0x00})); // mov eax,gs:[rbp]
    CHECK(!through_stack(state, {0x8b, 0x00}));             // mov eax,[rax]
    CHECK(!through_stack(state, {0x36, 0x8b, 0x00}));       // mov eax,ss:[rax]
    CHECK(!through_stack(state, {0x8b, 0x04, 0x2b}));       // mov eax,[rbx+rbp]
    CHECK(!through_stack(state, {0x41, 0x8b, 0x45, 0x00})); // mov eax,[r13]
    CHECK(!through_stack(state, {0x67, 0x8b, 0x45, 0x00})); // mov eax,[ebp]
    CHECK(!through_stack(state, {0x8b, 0x44, 0x05, 0x00})); // mov eax,[rbp+rax]: 0
    CHECK(!through_stack(state, {0x0f, 0x30}));             // wrmsr
    CHECK(!through_stack(state, {0x06}));                   // no instruction
    CHECK(!through_stack(state, {}));
}

TEST_CASE("pushes and pops touch the stack, before or after their operand")
{
    cpu::CpuState const state = state_with(kBad, kBad, kBad);
    for (Code const& code :
         {Code{0x50}, Code{0x9c}, Code{0x9d}, Code{0x58}, Code{0xc3}, Code{0xc9}, Code{0xcb},
          Code{0x48, 0xcf}, Code{0xe8, 0, 0, 0, 0}, Code{0xc8, 0, 0, 0}, Code{0x8f, 0x00}}) {
        CAPTURE(code[0]);
        CHECK(through_stack(state, code));
        CHECK(!through_stack(state_with(kBad, 0, 0x1000), code));
    }
    CHECK(!through_stack(state, {0xff, 0x30})); // push qword [rax] reads first
    CHECK(!through_stack(state, {0xff, 0x10})); // call qword [rax]
    // pop qword [rsp - 8] after the increment; push where the slot alone is not canonical.
    CHECK(!through_stack(state_with(0, 0, 0xffff'8000'0000'0000), {0x8f, 0x44, 0x24, 0xf8}));
    CHECK(through_stack(state_with(0, 0, 0xffff'8000'0000'0000), {0x50}));
}

TEST_CASE("the last byte counts, and 57 bits with LA57")
{
    cpu::CpuState state = state_with(0, 0x7fff'ffff'fffd, 0);
    CHECK(through_stack(state, {0x8b, 0x45, 0x00}));  // mov eax,[rbp]
    CHECK(!through_stack(state, {0x8a, 0x45, 0x00})); // mov al,[rbp]
    state.gpr[cpu::Rbp] = 0x8000'0000'0000;
    CHECK(through_stack(state, {0x8a, 0x45, 0x00}));
    state.cr4 = 1u << 12;
    CHECK(!through_stack(state, {0x8a, 0x45, 0x00}));
}

TEST_CASE("user code that leaves the canonical addresses: #SS(0) through SS, else #GP(0)")
{
    struct Case {
        Code code;
        uint32_t vector;
    };
    for (Mode const mode : {Mode::Long, Mode::LongNoNx}) {
        for (Case const& test : {Case{{0x8b, 0x45, 0x00}, 12}, Case{{0x89, 0x45, 0x08}, 12},
                                 Case{{0xc9}, 12}, Case{{0x41, 0x8b, 0x45, 0x00}, 13},
                                 Case{{0x64, 0x8b, 0x45, 0x00}, 13}, Case{{0x0f, 0x30}, 13}}) {
            CAPTURE(mode);
            CAPTURE(test.code[0]);
            PagedBench bench(mode);
            // mov rbp,kBad; mov r13,rbp
            Code code = {0x48, 0xbd, 0, 0, 0, 0, 0, 0, 0, 0x80, 0x49, 0x89, 0xed};
            uint64_t const rip = kUserCode + code.size();
            code.insert(code.end(), test.code.begin(), test.code.end());
            bench.set_user_code(code);
            REQUIRE(bench.engine->run() == Stop::Halt);
            CHECK(bench.written(0xe8) == std::vector<uint32_t>{test.vector});
            CHECK(bench.frame(kStackTop, 6)[0] == 0);
            CHECK(bench.frame(kStackTop, 6)[1] == rip);
            CHECK(bench.engine->statistics().exceptions[test.vector] == 1);
            CHECK(bench.engine->instructions() == bench.instructions_to_user() + 2 + 3);
        }
    }
}
