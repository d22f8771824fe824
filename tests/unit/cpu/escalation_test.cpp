// What a fault during delivery becomes: SDM vol. 3, tables 6-4 and 6-5, for every pair of vectors.
#include "tests/unit/cpu/delivery_bench.hpp"

using namespace pagelab;

namespace {

enum class Class : uint8_t { Benign, Contributory, PageFault };

constexpr uint8_t kDoubleFault = 8;

// Table 6-4 (with #CP and #VE, which later editions add).
Class class_of(unsigned vector)
{
    switch (vector) {
    case 0:  // #DE
    case 10: // #TS
    case 11: // #NP
    case 12: // #SS
    case 13: // #GP
    case 21: // #CP
        return Class::Contributory;
    case 14: // #PF
    case 20: // #VE
        return Class::PageFault;
    default:
        return Class::Benign;
    }
}

// Table 6-5, row by row.
bool becomes_double_fault(Class first, Class second)
{
    switch (first) {
    case Class::Benign:
        return false;
    case Class::Contributory:
        return second == Class::Contributory;
    case Class::PageFault:
        return second == Class::Contributory || second == Class::PageFault;
    }
    return false;
}

// A bench on which reading the gate of `vector` faults with `second`.
DeliveryBench refusing_bench(unsigned vector, unsigned second)
{
    DeliveryBench bench = protected_bench();
    uint64_t const gate = kIdt + vector * 8;
    bench.memory.refuse(gate, gate + 8, FakeLinearMemory::Refuse::All,
                        {static_cast<uint8_t>(second), 0x40, std::nullopt});
    return bench;
}

} // namespace

TEST_CASE("every first and second exception")
{
    for (unsigned first = 0; first < 32; ++first) {
        for (unsigned second = 0; second < 32; ++second) {
            if (first == second || first == kDoubleFault || second == kDoubleFault)
                continue; // the same gate faults again: below
            CAPTURE(first);
            CAPTURE(second);
            DeliveryBench bench = refusing_bench(first, second);
            DeliveryOutcome const outcome = bench.raise(static_cast<uint8_t>(first));
            CHECK(!outcome.triple_fault);
            Fault const expected = becomes_double_fault(class_of(first), class_of(second))
                                       ? Fault{kDoubleFault, 0}
                                       : Fault{second, 0x40};
            CHECK(followed_by(outcome) == std::vector<Fault>{expected});
        }
    }
}

TEST_CASE("interrupts and INT n are benign whatever their vector")
{
    for (unsigned first = 0; first < 32; ++first) {
        CAPTURE(first);
        unsigned const second = first == 14 ? 13 : 14;
        DeliveryBench external = refusing_bench(first, second);
        CHECK(followed_by(external.interrupt(static_cast<uint8_t>(first))) ==
              std::vector<Fault>{{second, 0x40}});
        DeliveryBench software = refusing_bench(first, second);
        CHECK(followed_by(software.software(static_cast<uint8_t>(first))) ==
              std::vector<Fault>{{second, 0x40}});
    }
}

TEST_CASE("any fault while delivering #DF is a triple fault, and changes nothing")
{
    for (unsigned second = 0; second < 32; ++second) {
        CAPTURE(second);
        DeliveryBench bench = refusing_bench(kDoubleFault, second);
        CpuState const before = bench.state;
        DeliveryOutcome const outcome = bench.raise(kDoubleFault);
        CHECK(outcome.triple_fault);
        CHECK(outcome.attempts.size() == 1);
        CHECK(bench.state == before);
    }
}

TEST_CASE("an interrupt with vector 8 is no double fault")
{
    DeliveryBench bench = refusing_bench(kDoubleFault, 13);
    DeliveryOutcome const outcome = bench.interrupt(kDoubleFault);
    CHECK(!outcome.triple_fault);
    CHECK(followed_by(outcome) == std::vector<Fault>{{13, 0x40}});
}

TEST_CASE("page fault upon page fault upon page fault: the last address is in CR2")
{
    DeliveryBench bench = protected_bench();
    bench.state.cr2 = 0xdead'beef; // of the first
    for (unsigned const vector : {14u, 8u}) {
        uint64_t const gate = kIdt + vector * 8;
        bench.memory.refuse(gate, gate + 8, FakeLinearMemory::Refuse::All, {14, 0, gate});
    }
    DeliveryOutcome const outcome = bench.raise(14, 6);
    CHECK(followed_by(outcome) == std::vector<Fault>{{8, 0}});
    CHECK(outcome.triple_fault);
    CHECK(bench.state.cr2 == kIdt + 8 * 8);
}

TEST_CASE("a double fault pushes error code 0 and the interrupted place")
{
    DeliveryBench bench = refusing_bench(13, 13);
    CHECK(followed_by(bench.raise(13, 0x77)) == std::vector<Fault>{{8, 0}});
    CHECK(bench.memory.words<uint32_t>(bench.state.gpr[cpu::Rsp], 4) ==
          std::vector<uint32_t>{0, 0x7c00, KernelCode, 0x202});
}

TEST_CASE("benign, page fault, contributory: double only at the third")
{
    DeliveryBench bench = refusing_bench(6, 14); // #UD meets #PF
    uint64_t const gate = kIdt + 14 * 8;
    bench.memory.refuse(gate, gate + 8, FakeLinearMemory::Refuse::All, {11, 0x28, std::nullopt});
    CHECK(followed_by(bench.raise(6)) == std::vector<Fault>{{14, 0x40}, {8, 0}});
}
