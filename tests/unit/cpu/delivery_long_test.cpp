// Long mode: 16-byte gates, RSPn, interrupt stacks, alignment, canonical addresses.
// SDM vol. 3, section 6.14; error codes of vol. 2, INT n.
#include "tests/unit/cpu/delivery_bench.hpp"

using namespace pagelab;

namespace {

constexpr uint64_t kHandler64 = 0xffff'ffff'8100'0040;
constexpr uint64_t kStack64 = 0xffff'8880'0000'8000;
constexpr uint8_t kVector = 0x30;

using Words = std::vector<uint64_t>;

void set_gate64(DeliveryBench& bench, uint8_t vector, uint64_t offset, uint16_t selector,
                uint8_t kind, uint8_t ist = 0)
{
    bench.memory.put(kIdt + vector * 16u,
                     gate_word(static_cast<uint32_t>(offset), selector, kind, ist));
    bench.memory.put(kIdt + vector * 16u + 8, offset >> 32);
}

DeliveryBench long_bench()
{
    DeliveryBench bench = protected_bench();
    bench.set_gdt(KernelCode, describe(0, 0xf'ffff, kCode0, kPages64));
    bench.set_gdt(UserCode, describe(0, 0xf'ffff, kCode3, kPages64));
    for (unsigned vector = 0; vector < 256; ++vector)
        set_gate64(bench, static_cast<uint8_t>(vector), kHandler64, KernelCode, kInterrupt32);
    bench.memory.put<uint64_t>(kTss + 4, kStack64); // RSP0
    CpuState& state = bench.state;
    state.cr0 = 0x8000'0011;
    state.cr4 = 0x20;
    state.efer = 0x500;
    state.idt.limit = 0xfff;
    state.rip = 0xffff'ffff'8000'7c00;
    state.gpr[cpu::Rsp] = 0xffff'8880'0000'4008;
    state.segment[cpu::Cs] = loaded(KernelCode, describe(0, 0xf'ffff, kCode0, kPages64));
    return bench;
}

DeliveryBench user_bench()
{
    DeliveryBench bench = long_bench();
    enter_user_mode(bench.state);
    bench.state.segment[cpu::Cs] = loaded(UserCode, describe(0, 0xf'ffff, kCode3, kPages64));
    bench.state.rip = 0x40'1000;
    bench.state.gpr[cpu::Rsp] = 0x7fff'ffff'eff8;
    return bench;
}

template<class Prepare>
void check_fault(unsigned vector, uint32_t error_code, Prepare const& prepare)
{
    DeliveryBench software = long_bench();
    prepare(software);
    CHECK(followed_by(software.software(kVector)) == std::vector<Fault>{{vector, error_code}});
    DeliveryBench external = long_bench();
    prepare(external);
    CHECK(followed_by(external.interrupt(kVector)) == std::vector<Fault>{{vector, error_code | 1}});
}

} // namespace

TEST_CASE("long mode pushes SS:RSP always, on a stack aligned to 16")
{
    for (uint64_t misalignment = 0; misalignment < 16; ++misalignment) {
        DeliveryBench bench = long_bench();
        uint64_t const rsp = 0xffff'8880'0000'4000 + misalignment;
        bench.state.gpr[cpu::Rsp] = rsp;
        CHECK(bench.interrupt(kVector).attempts.size() == 1);
        CHECK(bench.state.gpr[cpu::Rsp] == 0xffff'8880'0000'4000 - 40);
        CHECK(bench.memory.words<uint64_t>(bench.state.gpr[cpu::Rsp], 5) ==
              Words{0xffff'ffff'8000'7c00, KernelCode, 0x202, rsp, KernelData});
    }
}

TEST_CASE("long mode: the error code takes eight bytes below the frame")
{
    DeliveryBench bench = long_bench();
    bench.raise(14, 0x1'0003);
    CHECK(bench.state.gpr[cpu::Rsp] == 0xffff'8880'0000'4000 - 48);
    CHECK(bench.memory.words<uint64_t>(bench.state.gpr[cpu::Rsp], 4) ==
          Words{0x1'0003, 0xffff'ffff'8000'7c00, KernelCode, 0x1'0202});
    CHECK(bench.state.rip == kHandler64);
    CHECK(bench.state.segment[cpu::Ss].selector == KernelData); // same privilege: SS stays
}

TEST_CASE("long mode, from user mode: RSP0, and a null SS")
{
    DeliveryBench bench = user_bench();
    bench.raise(13, 8);
    CHECK(bench.state.cpl == 0);
    CHECK(bench.state.gpr[cpu::Rsp] == kStack64 - 48);
    CHECK(bench.memory.words<uint64_t>(kStack64 - 48, 6) ==
          Words{8, 0x40'1000, UserCode, 0x1'0202, 0x7fff'ffff'eff8, UserData});
    CHECK(bench.state.segment[cpu::Ss].selector == 0);
    CHECK(bench.state.segment[cpu::Cs].selector == KernelCode);
}

TEST_CASE("long mode, from user mode to privilege 1: RSP1, SS = null with RPL 1")
{
    DeliveryBench bench = user_bench();
    bench.set_gdt(Spare, describe(0, 0xf'ffff, kCode1, kPages64));
    bench.memory.put<uint64_t>(kTss + 0xc, 0x6000);
    set_gate64(bench, kVector, kHandler64, Spare, kInterrupt32);
    bench.interrupt(kVector);
    CHECK(bench.state.cpl == 1);
    CHECK(bench.state.gpr[cpu::Rsp] == 0x6000 - 40);
    CHECK(bench.state.segment[cpu::Ss].selector == 1);
}

TEST_CASE("long mode, from compatibility mode: the frame is of 64 bits all the same")
{
    DeliveryBench bench = user_bench();
    bench.state.segment[cpu::Cs] = loaded(UserCode, describe(0, 0xf'ffff, kCode3, kPages32));
    bench.state.gpr[cpu::Rsp] = 0xffff'd000;
    bench.software(0x80); // the bench's gates are of DPL 0: #GP instead
    CHECK(bench.memory.words<uint64_t>(kStack64 - 48, 6) ==
          Words{0x80 * 8 + 2, 0x40'1000, UserCode, 0x1'0202, 0xffff'd000, UserData});
}

TEST_CASE("interrupt stacks: IST 1 to 7, with and without a change of privilege")
{
    for (uint8_t ist = 1; ist <= 7; ++ist) {
        for (bool const from_user : {false, true}) {
            CAPTURE(ist);
            DeliveryBench bench = from_user ? user_bench() : long_bench();
            uint64_t const top = 0xffff'8880'0010'0008 + ist * 0x1000u;
            bench.memory.put<uint64_t>(kTss + 0x24 + 8u * (ist - 1), top);
            set_gate64(bench, 2, kHandler64, KernelCode, kInterrupt32, ist);
            bench.interrupt(2);
            CHECK(bench.state.gpr[cpu::Rsp] == top - 8 - 40);
            CHECK(bench.state.segment[cpu::Ss].selector == (from_user ? 0 : KernelData));
        }
    }
}

TEST_CASE("long mode: a stack pointer or an entry that is not canonical")
{
    // The handlers of what follows have a stack of their own.
    auto const with_ist = [](auto& bench) {
        bench.memory.template put<uint64_t>(kTss + 0x24, kStack64);
        for (uint8_t const vector : {12, 13})
            set_gate64(bench, vector, kHandler64, KernelCode, kInterrupt32, 1);
    };
    for (uint64_t const rsp : {0x8000'0000'0000u, 0xffff'7fff'ffff'fff0u, 0x1234'5678'9abc'def0u,
                               0xffff'8000'0000'0010u}) { // canonical, but not all of the frame
        CAPTURE(rsp);
        check_fault(12, 0, [&](auto& bench) {
            with_ist(bench);
            bench.state.gpr[cpu::Rsp] = rsp;
        });
    }
    for (uint64_t const rip : {0x8000'0000'0000u, 0xffff'7fff'ffff'ffffu}) {
        CAPTURE(rip);
        check_fault(
            13, 0, [&](auto& bench) { set_gate64(bench, kVector, rip, KernelCode, kInterrupt32); });
    }
    // With 5-level paging the same stack is in order.
    DeliveryBench five = long_bench();
    five.state.cr4 |= 1u << 12;
    five.state.gpr[cpu::Rsp] = 0x8000'0000'0000;
    CHECK(followed_by(five.interrupt(kVector)).empty());
}

TEST_CASE("long mode: an entry that is not canonical pushes nothing")
{
    DeliveryBench bench = long_bench();
    set_gate64(bench, kVector, 0x8000'0000'0000, KernelCode, kInterrupt32);
    bench.memory.put<uint64_t>(0xffff'8880'0000'3ff8, 0x1111);
    set_gate64(bench, 13, kHandler64, KernelCode, kInterrupt32, 1);
    bench.memory.put<uint64_t>(kTss + 0x24, kStack64);
    bench.interrupt(kVector);
    CHECK(bench.memory.get<uint64_t>(0xffff'8880'0000'3ff8) == 0x1111);
}

TEST_CASE("long mode: gates")
{
    constexpr uint32_t kIdtCode = kVector * 8 + 2;
    check_fault(13, kIdtCode, [](auto& bench) { bench.state.idt.limit = kVector * 16 + 14; });
    for (uint8_t type = 0; type < 32; ++type) {
        if (type == 14 || type == 15)
            continue;
        CAPTURE(type);
        check_fault(13, kIdtCode, [&](auto& bench) {
            set_gate64(bench, kVector, kHandler64, KernelCode, 0x80 | type);
        });
    }
    check_fault(11, kIdtCode, [](auto& bench) {
        set_gate64(bench, kVector, kHandler64, KernelCode, kInterrupt32 ^ kAbsent);
    });
    DeliveryBench user = user_bench();
    CHECK(followed_by(user.software(kVector)) == std::vector<Fault>{{13, kIdtCode}});
    set_gate64(user, kVector, kHandler64, KernelCode, kInterrupt32 | kGateDpl3);
    enter_user_mode(user.state);
    CHECK(followed_by(user.software(kVector)).empty());
}

TEST_CASE("long mode: the handler's segment must be 64-bit code")
{
    auto const with_code = [](uint8_t access, uint8_t flags) {
        return [=](auto& bench) {
            bench.set_gdt(Spare, describe(0, 0xf'ffff, access, flags));
            set_gate64(bench, kVector, kHandler64, Spare, kInterrupt32);
        };
    };
    check_fault(13, Spare, with_code(kCode0, kPages32));
    check_fault(13, Spare, with_code(kCode0, 0xe)); // L and D
    check_fault(13, Spare, with_code(kData0, kPages64));
    check_fault(13, Spare, with_code(kCode3, kPages64));
    check_fault(11, Spare, with_code(kCode0 ^ kAbsent, kPages64));
    check_fault(13, 0,
                [](auto& bench) { set_gate64(bench, kVector, kHandler64, 0, kInterrupt32); });
}

TEST_CASE("long mode: a TSS that ends before the stack's address")
{
    for (auto const& [ist, last] : {std::pair{0, 0xb}, std::pair{1, 0x2b}, std::pair{7, 0x5b}}) {
        CAPTURE(ist);
        for (int const missing : {1, 0}) {
            DeliveryBench bench = user_bench();
            set_gate64(bench, kVector, kHandler64, KernelCode, kInterrupt32,
                       static_cast<uint8_t>(ist));
            bench.state.tr.limit = static_cast<uint32_t>(last - missing);
            bench.set_gdt(Spare, describe(0, 0xf'ffff, kConforming0, kPages64));
            set_gate64(bench, 10, kHandler64, Spare, kInterrupt32);
            auto const faults = followed_by(bench.interrupt(kVector));
            CHECK(faults ==
                  (missing != 0 ? std::vector<Fault>{{10, TaskState | 1}} : std::vector<Fault>{}));
        }
    }
}

TEST_CASE("long mode: a page fault while pushing, delivered on an interrupt stack")
{
    DeliveryBench bench = long_bench();
    bench.memory.put<uint64_t>(kTss + 0x24, kStack64);
    set_gate64(bench, 14, kHandler64 + 1, KernelCode, kInterrupt32, 1);
    uint64_t const at = 0xffff'8880'0000'3fe0;
    bench.memory.refuse(at, at + 8, FakeLinearMemory::Refuse::Write, {14, 2, at});
    CHECK(followed_by(bench.interrupt(kVector)) == std::vector<Fault>{{14, 2}});
    CHECK(bench.state.cr2 == at);
    CHECK(bench.state.rip == kHandler64 + 1);
    CHECK(bench.memory.words<uint64_t>(kStack64 - 48, 5) ==
          Words{2, 0xffff'ffff'8000'7c00, KernelCode, 0x1'0202, 0xffff'8880'0000'4008});
}
