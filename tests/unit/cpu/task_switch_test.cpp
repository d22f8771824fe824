// Task gates: SDM vol. 3, sections 8.2 (TSS, figure 8-2), 8.3 and table 8-1; 8.4 (the link, NT).
#include "tests/unit/cpu/delivery_bench.hpp"

using namespace pagelab;

namespace {

constexpr uint32_t kNewCr3 = 0x20'0000, kNewStack = 0x6000;

// Offsets in a 32-bit TSS, figure 8-2.
constexpr uint64_t kLink = 0, kCr3 = 0x1c, kEip = 0x20, kEflags = 0x24, kEax = 0x28, kEcx = 0x2c,
                   kEsp = 0x38, kEdi = 0x44, kEs = 0x48, kCs = 0x4c, kSs = 0x50, kDs = 0x54,
                   kFs = 0x58, kGs = 0x5c, kLdtField = 0x60;

// A paged protected mode whose double fault is a task of its own, as Linux' on i386.
DeliveryBench task_bench()
{
    DeliveryBench bench = protected_bench();
    bench.state.cr0 = 0x8000'0011;
    bench.state.cr3 = 0x10'0000;
    bench.state.rflags = 0x246;
    for (size_t i = 0; i < 8; ++i)
        bench.state.gpr[i] = 0x1111'1111u * i;
    bench.state.segment[cpu::Fs] = {};
    bench.set_gate(8, gate_word(0, OtherTask, kTaskGate));
    bench.set_gdt(OtherTask, describe(kOtherTss, 0x67, kTss32, 0));
    auto const put = [&](uint64_t offset, uint32_t value) {
        bench.memory.put(kOtherTss + offset, value);
    };
    put(kCr3, kNewCr3);
    put(kEip, kHandler);
    put(kEflags, 0x2);
    put(kEax, 0xaaaa'0000);
    put(kEdi, 0xaaaa'0007);
    put(kEsp, kNewStack);
    put(kCs, KernelCode);
    for (uint64_t const data : {kEs, kSs, kDs})
        put(data, KernelData);
    return bench;
}

// The faults after a #DF whose switch goes wrong: all end as a triple fault, being a second fault.
template<class Prepare>
DeliveryOutcome double_fault(Prepare const& prepare)
{
    DeliveryBench bench = task_bench();
    prepare(bench);
    return bench.raise(8);
}

enum class Whose : uint8_t { OldTask, NewTask };

// The same with a benign vector, so that the fault itself can be seen. Its handler is an
// ordinary gate, in whichever task it is.
template<class Prepare>
void check_fault(unsigned vector, uint32_t error_code, Whose whose, Prepare const& prepare)
{
    DeliveryBench bench = task_bench();
    bench.set_gate(0x30, gate_word(0, OtherTask, kTaskGate));
    prepare(bench);
    DeliveryOutcome const outcome = bench.interrupt(0x30);
    auto const faults = followed_by(outcome);
    REQUIRE(!faults.empty());
    CHECK(faults[0] == Fault{vector, error_code | 1});
    CHECK(outcome.task_switched == (whose == Whose::NewTask));
    CHECK(bench.state.tr.selector == (whose == Whose::NewTask ? OtherTask : TaskState));
}

auto with_field(uint64_t offset, uint32_t value)
{
    return [=](auto& bench) { bench.memory.put(kOtherTss + offset, value); };
}

auto with_segment(uint64_t offset, uint64_t descriptor, uint16_t rpl = 0)
{
    return [=](auto& bench) {
        bench.set_gdt(Spare, descriptor);
        bench.memory.template put<uint32_t>(kOtherTss + offset, Spare | rpl);
    };
}

} // namespace

TEST_CASE("a task gate saves the registers in the current TSS")
{
    DeliveryBench bench = task_bench();
    DeliveryOutcome const outcome = bench.raise(8);
    CHECK(outcome.attempts.size() == 1);
    CHECK(outcome.task_switched);
    CHECK(bench.memory.words<uint32_t>(kTss + kEip, 16) ==
          std::vector<uint32_t>{0x7c00, 0x246, 0, 0x1111'1111, 0x2222'2222, 0x3333'3333,
                                0x4444'4444, 0x5555'5555, 0x6666'6666, 0x7777'7777, KernelData,
                                KernelCode, KernelData, KernelData, 0, KernelData});
    CHECK(bench.memory.get<uint32_t>(kTss + kCr3) == 0); // not saved, nor any before it
    CHECK(bench.memory.get<uint32_t>(kTss + 4) == kKernelStack);
}

TEST_CASE("a task gate loads the new task: registers, CR3, TS, NT, the link, both busy")
{
    DeliveryBench bench = task_bench();
    bench.raise(8);
    CpuState const& state = bench.state;
    CHECK(state.rip == kHandler);
    CHECK(state.rflags == 0x4002);
    CHECK(state.gpr[cpu::Rax] == 0xaaaa'0000);
    CHECK(state.gpr[cpu::Rcx] == 0);
    CHECK(state.gpr[cpu::Rdi] == 0xaaaa'0007);
    CHECK(state.cr0 == 0x8000'0019);
    CHECK(state.cr3 == kNewCr3);
    CHECK(bench.memory.loaded_cr3 == kNewCr3);
    CHECK(state.segment[cpu::Cs] == loaded(KernelCode, describe(0, 0xf'ffff, kCode0, kPages32)));
    CHECK(state.segment[cpu::Ss] == loaded(KernelData, describe(0, 0xf'ffff, kData0, kPages32)));
    CHECK(state.segment[cpu::Fs] == cpu::Segment{});
    CHECK(state.tr == loaded(OtherTask, describe(kOtherTss, 0x67, kTss32Busy, 0)));
    CHECK(bench.memory.get<uint16_t>(kOtherTss + kLink) == TaskState);
    CHECK(bench.memory.get<uint64_t>(kGdt + OtherTask) == describe(kOtherTss, 0x67, kTss32Busy, 0));
    CHECK(bench.memory.get<uint64_t>(kGdt + TaskState) == describe(kTss, 0x67, kTss32Busy, 0));
    CHECK(state.gpr[cpu::Rsp] == kNewStack - 4); // the error code, alone
    CHECK(bench.memory.get<uint32_t>(kNewStack - 4) == 0);
}

TEST_CASE("without paging CR3 stays; without an error code the stack does")
{
    DeliveryBench bench = task_bench();
    bench.state.cr0 = 0x11;
    bench.set_gate(0x20, gate_word(0, OtherTask, kTaskGate));
    bench.interrupt(0x20);
    CHECK(bench.state.cr3 == 0x10'0000);
    CHECK(bench.state.gpr[cpu::Rsp] == kNewStack);
}

TEST_CASE("from user mode, and to it: no stack of the TSS is used")
{
    DeliveryBench bench = task_bench();
    enter_user_mode(bench.state);
    bench.raise(8);
    CHECK(bench.state.cpl == 0);
    CHECK(bench.memory.get<uint32_t>(kTss + kSs) == UserData);

    DeliveryBench outer = task_bench();
    with_field(kCs, UserCode)(outer);
    for (uint64_t const data : {kEs, kSs, kDs})
        with_field(data, UserData)(outer);
    outer.raise(8);
    CHECK(outer.state.cpl == 3);
    CHECK(outer.state.gpr[cpu::Rsp] == kNewStack - 4);
}

TEST_CASE("a task of virtual-8086 mode")
{
    DeliveryBench bench = task_bench();
    with_field(kEflags, 0x2'0002)(bench);
    with_field(kCs, 0x1234)(bench);
    with_field(kEip, 0x56)(bench);
    with_field(kFs, 0xb800)(bench);
    bench.raise(8);
    CHECK(bench.state.cpl == 3);
    CHECK(bench.state.linear_rip() == 0x1'2340 + 0x56);
    CHECK(bench.state.segment[cpu::Fs] == cpu::Segment{0xb800, 0xb'8000, 0xffff, 0xf300});
}

TEST_CASE("the new task's LDT is loaded, and its segments may be there")
{
    DeliveryBench bench = task_bench();
    bench.set_gdt(LocalTable, describe(kLdt, 0xf, kLdtType, 0));
    bench.memory.put(kLdt + 8, describe(0x10'0000, 0xf'ffff, kData0, kPages32));
    with_field(kLdtField, LocalTable)(bench);
    with_field(kGs, 0x0c)(bench);
    CHECK(bench.raise(8).attempts.size() == 1);
    CHECK(bench.state.ldt == loaded(LocalTable, describe(kLdt, 0xf, kLdtType, 0)));
    CHECK(bench.state.segment[cpu::Gs].base == 0x10'0000);
}

TEST_CASE("the TSS a gate names: in the GDT, available, present, long enough")
{
    auto const with_tss = [](uint64_t descriptor) {
        return [=](auto& bench) { bench.set_gdt(OtherTask, descriptor); };
    };
    auto const with_selector = [](uint16_t selector) {
        return [=](auto& bench) { bench.set_gate(0x30, gate_word(0, selector, kTaskGate)); };
    };
    check_fault(13, 0, Whose::OldTask, with_selector(0));
    check_fault(13, LastInGdt + 8, Whose::OldTask, with_selector(LastInGdt + 8));
    check_fault(13, OtherTask | 4, Whose::OldTask, with_selector(OtherTask | 4));
    check_fault(13, TaskState, Whose::OldTask, with_selector(TaskState)); // busy
    check_fault(13, OtherTask, Whose::OldTask, with_tss(describe(kOtherTss, 0x67, kTss32Busy, 0)));
    check_fault(13, OtherTask, Whose::OldTask, with_tss(describe(kOtherTss, 0x67, kTss16Busy, 0)));
    check_fault(13, OtherTask, Whose::OldTask, with_tss(describe(kOtherTss, 0x67, kData0, 0)));
    check_fault(11, OtherTask, Whose::OldTask,
                with_tss(describe(kOtherTss, 0x67, kTss32 ^ kAbsent, 0)));
    check_fault(10, OtherTask, Whose::OldTask, with_tss(describe(kOtherTss, 0x66, kTss32, 0)));
    check_fault(10, OtherTask, Whose::OldTask, with_tss(describe(kOtherTss, 0x67, kTss16, 0)));
    check_fault(10, TaskState, Whose::OldTask, [](auto& bench) { bench.state.tr.limit = 0x66; });
}

TEST_CASE("what is wrong with the new task's segments is the new task's fault")
{
    constexpr Whose kNew = Whose::NewTask;
    auto const flat = [](uint8_t access) { return describe(0, 0xf'ffff, access, kPages32); };
    check_fault(10, 0x4c, kNew, with_field(kLdtField, 0x4c)); // TI set
    check_fault(10, KernelData, kNew, with_field(kLdtField, KernelData));
    check_fault(10, Spare, kNew, with_segment(kLdtField, describe(kLdt, 7, kLdtType ^ kAbsent, 0)));
    check_fault(10, 0, kNew, with_field(kCs, 0));
    check_fault(10, Spare, kNew, with_segment(kCs, flat(kData0)));
    check_fault(10, Spare, kNew, with_segment(kCs, flat(kCode0), 1)); // RPL is the new CPL
    check_fault(11, Spare, kNew, with_segment(kCs, flat(kCode0 ^ kAbsent)));
    check_fault(10, 0, kNew, with_field(kSs, 0));
    check_fault(10, Spare, kNew, with_segment(kSs, flat(kReadOnly0)));
    check_fault(10, Spare, kNew, with_segment(kSs, flat(kData1)));
    check_fault(10, Spare, kNew, with_segment(kSs, flat(kData0), 1));
    check_fault(12, Spare, kNew, with_segment(kSs, flat(kData0 ^ kAbsent)));
    for (uint64_t const data : {kEs, kDs, kFs, kGs}) {
        check_fault(10, Spare, kNew, with_segment(data, describe(0, 0x67, kTss32, 0)));
        check_fault(10, Spare, kNew, with_segment(data, flat(0x99))); // code, not readable
        check_fault(10, Spare, kNew, with_segment(data, flat(kData0), 3));
        check_fault(11, Spare, kNew, with_segment(data, flat(kData0 ^ kAbsent)));
        check_fault(10, LastInGdt + 8, kNew, with_field(data, LastInGdt + 8));
    }
    check_fault(13, 0, kNew, with_segment(kCs, describe(0, kHandler - 1, kCode0, kBytes32)));
}

TEST_CASE("data segments of a task of user mode: DPL against CPL, but for conforming code")
{
    auto const run = [](uint8_t access) {
        DeliveryBench bench = task_bench();
        bench.set_gate(0x30, gate_word(0, OtherTask, kTaskGate));
        with_field(kCs, UserCode)(bench);
        with_field(kSs, UserData)(bench);
        with_field(kEs, 0)(bench);
        with_segment(kDs, describe(0, 0xf'ffff, access, kPages32))(bench);
        return followed_by(bench.interrupt(0x30));
    };
    CHECK(run(kData0).at(0) == Fault{10, Spare | 1});
    CHECK(run(kCode0).at(0) == Fault{10, Spare | 1});
    CHECK(run(kConforming0).empty());
    CHECK(run(kData3).empty());
}

TEST_CASE("no room for the error code on the new stack is #SS")
{
    DeliveryOutcome const outcome =
        double_fault(with_segment(kSs, describe(0, kNewStack - 2, kData0, kBytes32)));
    CHECK(outcome.triple_fault);
    CHECK(outcome.task_switched);
}

TEST_CASE("INT n needs the gate's privilege for a task gate as for any")
{
    DeliveryBench bench = task_bench();
    enter_user_mode(bench.state);
    bench.set_gate(0x30, gate_word(0, OtherTask, kTaskGate));
    CHECK(followed_by(bench.software(0x30)) == std::vector<Fault>{{13, 0x30 * 8 + 2}});
    bench.set_gate(0x30, gate_word(0, OtherTask, kTaskGate | kGateDpl3));
    enter_user_mode(bench.state);
    CHECK(followed_by(bench.software(0x30)).empty());
}

TEST_CASE("INT n whose new task faults: RIP is that task's, not an INT's to go back to")
{
    DeliveryBench bench = task_bench();
    bench.set_gate(0x30, gate_word(0, OtherTask, kTaskGate));
    with_field(kDs, Spare | 4)(bench);
    auto const outcome =
        cpu::deliver(bench.state, bench.memory, {0x30, Source::SoftwareInterrupt, 0, 2});
    REQUIRE(followed_by(outcome).size() == 1);
    CHECK(bench.memory.get<uint32_t>(bench.state.gpr[cpu::Rsp] + 4) == kHandler);
}

TEST_CASE("a page fault while saving leaves the old task in place; the state is whole")
{
    DeliveryBench bench = task_bench();
    bench.set_gate(0x30, gate_word(0, OtherTask, kTaskGate));
    bench.memory.refuse(kTss + 0x40, kTss + 0x44, FakeLinearMemory::Refuse::Write,
                        {14, 2, kTss + 0x40});
    DeliveryOutcome const outcome = bench.interrupt(0x30);
    CHECK(followed_by(outcome) == std::vector<Fault>{{14, 2}});
    CHECK(!outcome.task_switched);
    CHECK(bench.state.cr2 == kTss + 0x40);
    CHECK(bench.state.cr3 == 0x10'0000);
    CHECK(bench.memory.words<uint32_t>(bench.state.gpr[cpu::Rsp], 3) ==
          std::vector<uint32_t>{2, 0x7c00, KernelCode});
}
