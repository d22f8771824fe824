// Real mode: SDM vol. 3, section 20.1.4; vol. 2, INT n, "REAL-ADDRESS-MODE".
#include "tests/unit/cpu/delivery_bench.hpp"

using namespace pagelab;

namespace {

DeliveryBench real_bench()
{
    DeliveryBench bench;
    bench.state.segment[cpu::Cs] = {0x1234, 0x1'2340, 0xffff, 0x9b00};
    bench.state.segment[cpu::Ss] = {0x2000, 0x2'0000, 0xffff, 0x9300};
    bench.state.gpr[cpu::Rsp] = 0xdead'0100;
    bench.state.rip = 0x5678;
    bench.state.rflags = 0x5'0346; // AC RF IF TF ZF PF
    bench.state.idt = {0, 0x3ff};
    bench.memory.put<uint32_t>(0x21 * 4, 0xf000'e987);
    return bench;
}

} // namespace

TEST_CASE("real mode pushes FLAGS, CS, IP and clears IF, TF, RF and AC")
{
    DeliveryBench bench = real_bench();
    CHECK(bench.software(0x21).attempts.size() == 1);
    CHECK(bench.memory.words<uint16_t>(0x2'00fa, 3) ==
          std::vector<uint16_t>{0x5678, 0x1234, 0x0346});
    CHECK(bench.state.gpr[cpu::Rsp] == 0xdead'00fa);
    CHECK(bench.state.segment[cpu::Cs] == cpu::Segment{0xf000, 0xf'0000, 0xffff, 0x9b00});
    CHECK(bench.state.rip == 0xe987);
    CHECK(bench.state.rflags == 0x46);
}

TEST_CASE("real mode pushes no error code, and its table may lie anywhere")
{
    DeliveryBench bench = real_bench();
    bench.state.idt = {0x6'0000, 0x3ff};
    bench.memory.put<uint32_t>(0x6'0000 + 13 * 4, 0x0070'0010);
    CHECK(bench.raise(13, 0xffff).attempts.size() == 1);
    CHECK(bench.state.linear_rip() == 0x710);
    CHECK(bench.state.gpr[cpu::Rsp] == 0xdead'00fa);
}

TEST_CASE("the real-mode stack wraps within 64 KiB")
{
    DeliveryBench bench = real_bench();
    bench.state.gpr[cpu::Rsp] = 2;
    bench.interrupt(0x21);
    CHECK(bench.state.gpr[cpu::Rsp] == 0xfffc);
    CHECK(bench.memory.get<uint16_t>(0x2'0000) == 0x0346);
    CHECK(bench.memory.words<uint16_t>(0x2'fffc, 2) == std::vector<uint16_t>{0x5678, 0x1234});
}

TEST_CASE("a vector beyond the real-mode table is #GP; without room for that, a shutdown")
{
    DeliveryBench bench = real_bench();
    bench.state.idt.limit = 0x21 * 4 + 2; // the last byte of the entry is missing
    bench.memory.put<uint32_t>(13 * 4, 0x0050'0000);
    CHECK(followed_by(bench.software(0x21)) == std::vector<Fault>{{13, 0}});
    CHECK(bench.state.linear_rip() == 0x500);

    DeliveryBench dead = real_bench();
    dead.state.idt.limit = 0x20 * 4;
    dead.state.idt.limit = 7;
    CpuState const before = dead.state;
    DeliveryOutcome const outcome = dead.software(0x21);
    CHECK(followed_by(outcome) == std::vector<Fault>{{13, 0}, {8, 0}});
    CHECK(outcome.triple_fault);
    CHECK(dead.state == before);
}
