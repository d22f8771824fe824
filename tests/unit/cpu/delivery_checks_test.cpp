// What can be wrong with a gate, a handler's segment, a TSS or a stack: vector and error code of
// each, in the order of SDM vol. 2, INT n, "PROTECTED-MODE". Error codes: SDM vol. 3, section 6.13.
#include "tests/unit/cpu/delivery_bench.hpp"

using namespace pagelab;

namespace {

constexpr uint8_t kVector = 0x30;
constexpr uint32_t kIdtCode = kVector * 8 + 2; // the IDT bit; without EXT

// INT n, an exception and an external interrupt with the bench so prepared: EXT is clear only for
// the first. Exceptions use a vector that is benign, so nothing becomes a double fault.
template<class Prepare>
void check_fault(unsigned vector, uint32_t error_code, Prepare const& prepare)
{
    DeliveryBench software = protected_bench();
    prepare(software);
    CHECK(followed_by(software.software(kVector)) == std::vector<Fault>{{vector, error_code}});
    DeliveryBench external = protected_bench();
    prepare(external);
    CHECK(followed_by(external.interrupt(kVector)) == std::vector<Fault>{{vector, error_code | 1}});
}

void use_code(DeliveryBench& bench, uint64_t descriptor)
{
    bench.set_gdt(Spare, descriptor);
    bench.set_gate(kVector, gate_word(kHandler, Spare, kInterrupt32));
}

// Ring 3, and a TSS whose SS0 is `selector`; the fault's own handler needs no new stack: it is
// conforming code.
void use_inner_stack(DeliveryBench& bench, uint16_t selector)
{
    enter_user_mode(bench.state);
    bench.memory.put<uint32_t>(kTss + 8, selector);
    bench.set_gdt(LocalTable, describe(0, 0xf'ffff, kConforming0, kPages32));
    for (uint8_t const vector : {10, 11, 12, 13})
        bench.set_gate(vector, gate_word(kHandler, LocalTable, kInterrupt32));
    bench.set_gate(kVector, gate_word(kHandler, KernelCode, kInterrupt32 | kGateDpl3));
}

} // namespace

TEST_CASE("a vector beyond the IDT's limit is #GP(vector)")
{
    check_fault(13, kIdtCode, [](auto& bench) { bench.state.idt.limit = kVector * 8 + 6; });
    DeliveryBench enough = protected_bench();
    enough.state.idt.limit = kVector * 8 + 7;
    CHECK(followed_by(enough.software(kVector)).empty());
}

TEST_CASE("only the five kinds of gate are gates")
{
    for (uint8_t type = 0; type < 32; ++type) {
        CAPTURE(type);
        bool const gate = type == 5 || type == 6 || type == 7 || type == 14 || type == 15;
        if (gate)
            continue;
        check_fault(13, kIdtCode, [&](auto& bench) {
            bench.set_gate(kVector, gate_word(kHandler, KernelCode, 0x80 | type));
        });
    }
}

TEST_CASE("INT n needs a gate of its privilege; nobody else does")
{
    for (uint8_t dpl = 0; dpl < 4; ++dpl) {
        CAPTURE(dpl);
        auto const bench_with_gate = [&] {
            DeliveryBench bench = protected_bench();
            enter_user_mode(bench.state);
            uint8_t const kind = static_cast<uint8_t>(kInterrupt32 | dpl << 5);
            bench.set_gate(kVector, gate_word(kHandler, KernelCode, kind));
            return bench;
        };
        DeliveryBench software = bench_with_gate();
        auto const faults = followed_by(software.software(kVector));
        CHECK(faults == (dpl == 3 ? std::vector<Fault>{} : std::vector<Fault>{{13, kIdtCode}}));
        DeliveryBench external = bench_with_gate();
        CHECK(followed_by(external.interrupt(kVector)).empty());
        DeliveryBench exception = bench_with_gate();
        CHECK(followed_by(exception.raise(kVector)).empty());
    }
}

TEST_CASE("a gate that is not present is #NP(vector); type and privilege come before")
{
    uint8_t const absent = kInterrupt32 ^ kAbsent;
    check_fault(11, kIdtCode, [&](auto& bench) {
        bench.set_gate(kVector, gate_word(kHandler, KernelCode, absent));
    });
    check_fault(13, kIdtCode, [&](auto& bench) {
        bench.set_gate(kVector, gate_word(kHandler, KernelCode, 0x0c));
    });
    DeliveryBench user = protected_bench();
    enter_user_mode(user.state);
    user.set_gate(kVector, gate_word(kHandler, KernelCode, absent));
    CHECK(followed_by(user.software(kVector)) == std::vector<Fault>{{13, kIdtCode}});
}

TEST_CASE("the handler's selector: null, beyond the table, or in no LDT")
{
    auto const with_selector = [](uint16_t selector) {
        return [selector](auto& bench) {
            bench.set_gate(kVector, gate_word(kHandler, selector, kInterrupt32));
        };
    };
    check_fault(13, 0, with_selector(0));
    check_fault(13, 0, with_selector(3));
    check_fault(13, LastInGdt + 8, with_selector(LastInGdt + 8 + 3));
    check_fault(13, 0x0c, with_selector(0x0c)); // TI set: the LDT has limit 0
    check_fault(13, LocalTable, [&](auto& bench) {
        with_selector(LocalTable)(bench);
        bench.set_gdt(LocalTable, describe(0, 0xf'ffff, kCode0, kPages32));
        bench.state.gdt.limit = LocalTable + 6;
    });
}

TEST_CASE("the handler may be in the LDT")
{
    DeliveryBench bench = protected_bench();
    bench.state.ldt = loaded(LocalTable, describe(kLdt, 0xf, kLdtType, 0));
    bench.memory.put(kLdt + 8, describe(0x100, 0xf'ffff, kCode0, kPages32));
    bench.set_gate(kVector, gate_word(kHandler, 0x0c, kInterrupt32));
    CHECK(followed_by(bench.software(kVector)).empty());
    CHECK(bench.state.linear_rip() == kHandler + 0x100);
}

TEST_CASE("the handler's segment: code, not outer, present, holding the entry")
{
    auto const with_access = [](uint8_t access) {
        return [access](auto& bench) { use_code(bench, describe(0, 0xf'ffff, access, kPages32)); };
    };
    check_fault(13, Spare, with_access(kData0));
    check_fault(13, Spare, with_access(kTss32));
    check_fault(13, Spare, with_access(kLdtType));
    check_fault(13, Spare, with_access(kCode1)); // less privileged than CPL 0
    check_fault(13, Spare, with_access(kCode3));
    check_fault(11, Spare, with_access(kCode0 ^ kAbsent));
    check_fault(13, Spare, with_access(kCode3 ^ kAbsent)); // privilege before presence
    check_fault(13, 0, [](auto& bench) {
        use_code(bench, describe(0, 0x1233, kCode0, kBytes32));
        bench.set_gate(kVector, gate_word(0x1234, Spare, kInterrupt32));
    });
    DeliveryBench enough = protected_bench();
    use_code(enough, describe(0, 0x1234, kCode0, kBytes32));
    enough.set_gate(kVector, gate_word(0x1234, Spare, kInterrupt32));
    CHECK(followed_by(enough.software(kVector)).empty());
}

TEST_CASE("a fault in delivering INT n is at the INT, once")
{
    DeliveryBench bench = protected_bench();
    bench.set_gate(kVector, 0);
    bench.set_gate(13, 0);
    bench.set_gate(8, gate_word(kHandler, KernelCode, kInterrupt32));
    cpu::deliver(bench.state, bench.memory, {kVector, Source::SoftwareInterrupt, 0, 2});
    CHECK(bench.memory.get<uint32_t>(bench.state.gpr[cpu::Rsp] + 4) == 0x7c00 - 2);
}

TEST_CASE("a TSS too short for the inner stack is #TS(TSS)")
{
    auto const with_limit = [](uint32_t limit) {
        return [limit](auto& bench) {
            use_inner_stack(bench, KernelData);
            bench.state.tr.limit = limit;
        };
    };
    check_fault(10, TaskState, with_limit(8));
    DeliveryBench enough = protected_bench();
    with_limit(9)(enough);
    CHECK(followed_by(enough.software(kVector)).empty());
}

TEST_CASE("a 16-bit TSS too short for the inner stack")
{
    auto const with_limit = [](uint32_t limit) {
        return [limit](auto& bench) {
            use_inner_stack(bench, KernelData);
            bench.state.tr = loaded(TaskState, describe(kTss, limit, kTss16Busy, 0));
            bench.memory.template put<uint32_t>(kTss + 2, KernelData << 16 | 0x6000);
        };
    };
    check_fault(10, TaskState, with_limit(4));
    DeliveryBench enough = protected_bench();
    with_limit(5)(enough);
    CHECK(followed_by(enough.software(kVector)).empty());
}

TEST_CASE("the inner stack's segment: null, outside, wrong privilege, wrong kind, absent")
{
    auto const with_selector = [](uint16_t selector) {
        return [selector](auto& bench) { use_inner_stack(bench, selector); };
    };
    auto const with_access = [](uint8_t access) {
        return [access](auto& bench) {
            use_inner_stack(bench, Spare);
            bench.set_gdt(Spare, describe(0, 0xf'ffff, access, kPages32));
        };
    };
    check_fault(10, 0, with_selector(0));
    check_fault(10, LastInGdt + 8, with_selector(LastInGdt + 8));
    check_fault(10, KernelData, with_selector(KernelData | 3)); // RPL
    check_fault(10, Spare, with_access(kData3));                // DPL
    check_fault(10, Spare, with_access(kReadOnly0));
    check_fault(10, Spare, with_access(kCode0));
    check_fault(10, Spare, with_access(kTss32));
    check_fault(12, Spare, with_access(kData0 ^ kAbsent));
    check_fault(10, Spare, with_access(kReadOnly0 ^ kAbsent)); // kind before presence
}

TEST_CASE("no room on the inner stack names its segment; on the one in use, nothing")
{
    auto const with_stack = [](uint64_t descriptor) {
        return [descriptor](auto& bench) {
            use_inner_stack(bench, Spare);
            bench.set_gdt(Spare, descriptor);
        };
    };
    check_fault(12, Spare, with_stack(describe(0, kKernelStack - 2, kData0, kBytes32)));
    check_fault(12, Spare, with_stack(describe(0, kKernelStack - 20, kDown0, kBytes32)));
    for (uint64_t const fits : {describe(0, kKernelStack - 1, kData0, kBytes32),
                                describe(0, kKernelStack - 21, kDown0, kBytes32)}) {
        DeliveryBench bench = protected_bench();
        with_stack(fits)(bench);
        CHECK(followed_by(bench.software(kVector)).empty());
    }

    DeliveryBench same = protected_bench(); // no room for the #SS either: with EXT, then shutdown
    same.state.segment[cpu::Ss].limit = 0xff;
    DeliveryOutcome const outcome = same.software(kVector);
    CHECK(followed_by(outcome) == std::vector<Fault>{{12, 0}, {8, 0}});
    CHECK(outcome.triple_fault);
}

TEST_CASE("a frame that meets a page fault half-way: CR2, and the handler sees the old ESP")
{
    DeliveryBench bench = protected_bench();
    enter_user_mode(bench.state);
    bench.set_gdt(Spare, describe(0, 0xf'ffff, kConforming0, kPages32));
    bench.set_gate(14, gate_word(kHandler + 4, Spare, kInterrupt32));
    uint64_t const page = kKernelStack - 8; // two words of the five fit above
    bench.memory.refuse(page - 0x1000, page, FakeLinearMemory::Refuse::Write, {14, 0x2, page - 4});
    CHECK(followed_by(bench.interrupt(kVector)) == std::vector<Fault>{{14, 0x2}});
    CHECK(bench.state.cr2 == page - 4);
    CHECK(bench.state.rip == kHandler + 4);
    CHECK(bench.state.gpr[cpu::Rsp] == kUserStack - 16); // the conforming handler's frame
    CHECK(bench.memory.words<uint32_t>(kUserStack - 16, 3) ==
          std::vector<uint32_t>{0x2, 0x7c00, UserCode});
    CHECK(bench.memory.get<uint32_t>(kKernelStack - 4) == UserData); // what had been pushed stays
}

TEST_CASE("page faults on the tables themselves are reported with their address")
{
    struct Table {
        uint64_t at;
        char const* name;
    };
    for (auto const& [at, name] :
         {Table{kIdt + kVector * 8, "IDT"}, Table{kGdt + KernelCode, "GDT"},
          Table{kTss + 4, "ESP0"}, Table{kTss + 8, "SS0"}}) {
        CAPTURE(name);
        DeliveryBench bench = protected_bench();
        enter_user_mode(bench.state);
        bench.set_gdt(Spare, describe(0, 0xf'ffff, kConforming0, kPages32));
        bench.set_gate(14, gate_word(kHandler, Spare, kInterrupt32));
        bench.memory.refuse(at, at + 1, FakeLinearMemory::Refuse::All, {14, 0, at});
        CHECK(followed_by(bench.interrupt(kVector)) == std::vector<Fault>{{14, 0}});
        CHECK(bench.state.cr2 == at);
    }
}
