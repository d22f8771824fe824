// All registers read and written, of any processor; the TLB as it is.
#include "emu/cpu/engine.hpp"

#include <algorithm>

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

constexpr uint32_t kCell = 0x3'0010;

std::vector<uint8_t> store_and_halt()
{
    std::vector<uint8_t> code;
    append(code, {0x89, 0x04, 0x25}); // mov [kCell],eax
    append32(code, kCell);
    append(code, {0xf4});
    return code;
}

} // namespace

TEST_CASE("registers written are the registers read, and the guest's")
{
    PagedBench bench(Mode::Long, 0, "max", 2);
    bench.set_code({0xf4, 0x89, 0xd8, 0xe7, 0xe9, 0xf4}); // hlt; mov eax,ebx; out 0xe9,eax; hlt
    REQUIRE(bench.engine->run() == Stop::Halt);
    cpu::CpuRegisters registers = bench.engine->registers(0);
    CHECK(registers.state == bench.engine->state());
    registers.state.gpr[cpu::Rbx] = 0x1234'5678;
    registers.state.rflags = 0x202 | 0x41;
    registers.state.segment[cpu::Fs].base = 0xffff'8000'0000'1000;
    registers.msr.kernel_gs_base = 0xffff'8000'0000'2000;
    registers.msr.lstar = 0xffff'8000'0000'3000;
    registers.dr[0] = 0x5000;
    registers.cr8 = 3;
    registers.fpu.xmm[9][3] = std::byte{0x5a};
    registers.fpu.st[2][9] = std::byte{0x3f};
    registers.fpu.control = 0x27f;
    registers.fpu.tags = 0xffff;
    REQUIRE(bench.engine->set_registers(0, registers));
    CHECK(bench.engine->registers(0) == registers);
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == std::vector<uint32_t>{0x1234'5678});
    CHECK(bench.engine->registers(0).fpu == registers.fpu);
}

TEST_CASE("another processor's registers, from where the engine is, and a visit leaves no trace")
{
    PagedBench bench(Mode::Long, 0, "max", 2);
    bench.set_code({0xf4});
    REQUIRE(bench.engine->run() == Stop::Halt);
    cpu::CpuState const mine = bench.engine->state();
    cpu::CpuRegisters other = bench.engine->registers(1);
    CHECK(other.state.segment[cpu::Cs].base == 0xffff'0000);
    CHECK(other.state.cr3 == 0);
    other.state.gpr[cpu::Rcx] = 77;
    REQUIRE(bench.engine->set_registers(1, other));
    CHECK(bench.engine->registers(1).state.gpr[cpu::Rcx] == 77);
    CHECK(bench.engine->state() == mine);
    CHECK(bench.engine->statistics().switches == 0);
}

TEST_CASE("states no processor can be in are refused")
{
    PagedBench bench(Mode::Long);
    cpu::CpuRegisters registers = bench.engine->registers(0);
    registers.state.cr0 = 0x8000'0000;
    CHECK(!bench.engine->set_registers(0, registers));
    CHECK(bench.engine->registers(0).state.cr0 == 0x6000'0010);
}

TEST_CASE("CR3 written by the debugger takes effect")
{
    PagedBench bench(Mode::Long);
    bench.set_code({0xf4, 0x8b, 0x04, 0x25, 0x00, 0x00, 0x03, 0x00, 0xe7, 0xe9, 0xf4});
    REQUIRE(bench.engine->run() == Stop::Halt);
    // A second set of tables, in which 0x30000 is another page.
    constexpr uint64_t kOther = kTablesAt + 0x8000;
    std::vector<uint8_t> tables(0x4000);
    for (uint64_t at = 0; at < tables.size(); ++at)
        bench.put_word(kOther + at, bench.word<uint8_t>(kTablesAt + at));
    for (uint64_t level = 0; level < 3; ++level)
        bench.put_word(kOther + level * 0x1000, (kOther + (level + 1) * 0x1000) | 7);
    bench.put_word(kOther + 0x3000 + 0x30 * 8, uint64_t{0x3'1003});
    bench.put_word<uint32_t>(0x3'0000, 1);
    bench.put_word<uint32_t>(0x3'1000, 2);
    cpu::CpuRegisters registers = bench.engine->registers(0);
    registers.state.cr3 = kOther;
    REQUIRE(bench.engine->set_registers(0, registers));
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == std::vector<uint32_t>{2});
}

TEST_CASE("the TLB holds the page that was written, and a stale entry until INVLPG")
{
    for (unsigned const cpus : {1u, 2u}) {
        PagedBench bench(Mode::Long, 0, "max", cpus);
        bench.set_code(store_and_halt());
        REQUIRE(bench.engine->run() == Stop::Halt);
        auto const entry = [&]() -> std::optional<cpu::TlbEntry> {
            for (cpu::TlbEntry const& found : bench.engine->tlb(0))
                if (found.page == VirtAddr(kCell & ~0xfffu) &&
                    found.kind == cpu::TlbKind::Supervisor)
                    return found;
            return std::nullopt;
        };
        REQUIRE(entry());
        CHECK(entry()->target == PhysAddr(kCell & ~0xfffu));
        CHECK(entry()->write);
        CHECK(entry()->read);
        bench.map(kCell & ~0xfffu, 0);
        CHECK(entry()); // stale
        if (cpus == 2)
            CHECK(bench.engine->tlb(1).empty());
    }
}
