// The stub's answers, on a machine in real mode: registers, memory, points, running and stopping.
#include "emu/gdb/stub.hpp"

#include <array>
#include <utility>

#include <doctest/doctest.h>

#include "emu/cpu/library_calls.hpp"
#include "emu/gdb/packet.hpp"
#include "tests/unit/machine/smp_bench.hpp"

using namespace pagelab;
using gdb::Architecture;
using gdb::Next;
using machine::Outcome;
using test::Code;
using test::RomBench;

namespace {

// mov ax,0; mov ds,ax; again: inc word [0x600]; inc cx; jmp again, at f000:0000
Code counting_code()
{
    return Code().bytes({0xb8, 0, 0, 0x8e, 0xd8, 0xff, 0x06, 0x00, 0x06, 0x41, 0xeb, 0xf9});
}

struct Attached {
    explicit Attached(Code const& code, machine::MachineConfig const& config = {})
        : bench(code, {}, config), stub(*bench.machine, Architecture::X86_64, nullptr)
    {
    }
    std::string ask(std::string_view packet) { return stub.answer(packet).text; }
    std::string run(std::string_view packet)
    {
        return stub.describe_stop(stub.go_on(stub.answer(packet).next));
    }
    std::string monitor(std::string const& command)
    {
        return *gdb::from_hex(ask("qRcmd," + gdb::to_hex(command)));
    }

    RomBench bench;
    gdb::Stub stub;
};

} // namespace

TEST_CASE("the description names every register once, and g has all their bytes")
{
    for (Architecture const architecture : {Architecture::I386, Architecture::X86_64}) {
        std::string const xml = gdb::describe_target(architecture);
        size_t bytes = 0;
        for (auto const& entry : gdb::registers_of(architecture)) {
            std::string const name = "<reg name=\"" + entry.name + "\"";
            REQUIRE(xml.find(name) != std::string::npos);
            CHECK(xml.find(name, xml.find(name) + 1) == std::string::npos);
            bytes += entry.bytes;
        }
        RomBench bench(counting_code());
        gdb::Stub stub(*bench.machine, architecture, nullptr);
        CHECK(stub.answer("g").text.size() == 2 * bytes);
    }
}

TEST_CASE("the description comes in pieces")
{
    Attached test(counting_code());
    std::string whole;
    while (whole.empty() || whole.front() != 'l') {
        std::string const part = test.ask(fmt::format("qXfer:features:read:target.xml:{:x},100",
                                                      whole.empty() ? 0 : whole.size() - 1));
        whole = part.substr(0, 1) + (whole.empty() ? "" : whole.substr(1)) + part.substr(1);
    }
    CHECK(whole.substr(1) == gdb::describe_target(Architecture::X86_64));
    CHECK(test.ask("qXfer:features:read:target.xml:fffff,10") == "E22");
}

TEST_CASE("registers are read and written, one and all")
{
    Attached test(counting_code());
    CHECK(test.ask("p10") == "f0ff000000000000"); // rip
    CHECK(test.ask("p12") == "00f00000");         // cs
    CHECK(test.ask("P0=8877665544332211") == "OK");
    CHECK(test.ask("p0") == "8877665544332211");
    CHECK(test.bench.machine->registers(0).state.gpr[cpu::Rax] == 0x1122'3344'5566'7788);
    std::string all = test.ask("g");
    all.replace(16, 16, "0100000000000000"); // rbx
    CHECK(test.ask("G" + all) == "OK");
    CHECK(test.ask("g") == all);
    CHECK(test.ask("P0=88") == "E22");
    CHECK(test.ask("pffff") == "E22");
}

TEST_CASE("memory is read and written, and code that is written is the code that runs")
{
    Attached test(counting_code());
    CHECK(test.ask("M600,2:3412") == "OK");
    CHECK(test.ask("m600,2") == "3412");
    CHECK(test.ask("m600,99999") == "E22");
    CHECK(test.ask("Qqemu.PhyMemMode:1") == "OK");
    CHECK(test.ask("qqemu.PhyMemMode") == "1");
    CHECK(test.ask("m600,2") == "3412");
    CHECK(test.ask("ma0000,4") == "ffffffff"); // a hole
}

TEST_CASE("steps, breakpoints and watchpoints stop where they should")
{
    Attached test(counting_code());
    CHECK(test.run("s") == "T05thread:1;");
    CHECK(test.ask("p10") == "0000000000000000");
    CHECK(test.ask("Z0,f0009,1") == "OK");
    CHECK(test.run("c") == "T05thread:1;swbreak:;");
    CHECK(test.ask("p10") == "0900000000000000");
    CHECK(test.ask("m600,2") == "0100");
    CHECK(test.run("vCont;c:1") == "T05thread:1;swbreak:;");
    CHECK(test.ask("m600,2") == "0200");
    CHECK(test.ask("z0,f0009,1") == "OK");
    CHECK(test.ask("z0,f0009,1") == "E22");
    if (!cpu::library_calls_are_ours())
        return;
    CHECK(test.ask("Z2,600,2") == "OK");
    CHECK(test.run("c") == "T05thread:1;watch:600;");
    CHECK(test.ask("m600,2") == "0300");
    CHECK(test.ask("Z9,600,2").empty());
}

TEST_CASE("a run is stopped from outside, and the guest's end is told")
{
    Attached test(Code().bytes({0xb9, 0, 0, 0xe2, 0xfe}).exit(42));
    test.bench.machine->request_stop();
    CHECK(test.run("c") == "T02thread:1;");
    CHECK(test.run("c") == "W2a");
}

TEST_CASE("CPUs are threads")
{
    Attached test(counting_code(), test::smp_config(3));
    CHECK(test.ask("qfThreadInfo") == "m1,2,3");
    CHECK(test.ask("qsThreadInfo") == "l");
    CHECK(test.ask("qC") == "QC1");
    CHECK(test.ask("T3") == "OK");
    CHECK(test.ask("T4") == "E22");
    CHECK(test.ask("Hg3") == "OK");
    CHECK(test.ask("p0") == "0000000000000000");
    CHECK(test.ask("Hg0") == "OK");
    CHECK(gdb::from_hex(test.ask("qThreadExtraInfo,2")) == "CPU#1 [halted]");
}

TEST_CASE("what QEMU's clients ask for")
{
    Attached test(counting_code());
    CHECK(test.ask("qqemu.sstepbits") == "ENABLE=1,NOIRQ=2,NOTIMER=4");
    CHECK(test.ask("Qqemu.sstepbits") == "ENABLE=1,NOIRQ=2,NOTIMER=4");
    CHECK(test.ask("qqemu.sstep") == "0x7");
    CHECK(test.ask("Qqemu.sstep=1") == "OK");
    CHECK(test.ask("qqemu.sstep") == "0x1");
    CHECK(test.ask("qOffsets").empty());
    CHECK(test.monitor("info registers").find("CR0=60000010") != std::string::npos);
    CHECK(test.monitor("info mtree -f").find("Root memory region: system") != std::string::npos);
    CHECK(test.monitor("gva2gpa 0x1234") == "gpa: 0x1234\n");
    CHECK(test.ask("M600,2:3412") == "OK");
    CHECK(test.monitor("xp/2xb 0x600") == "0000000000000600: 0x34 0x12\n");
    CHECK(test.monitor("what is this").starts_with("info registers"));
    CHECK(test.monitor("info mem") == "PG disabled\n");
    CHECK(test.ask("qGDBServerVersion") == "name:pagelab;version:1;");
}

TEST_CASE("memory goes as bytes, too")
{
    Attached test(counting_code());
    CHECK(test.ask("X600,0:") == "OK"); // GDB's question whether this is known
    CHECK(test.ask(std::string("X600,4:\x00$#}", 11)) == "OK");
    CHECK(test.ask("m600,4") == "0024237d");
    CHECK(test.ask("x600,4") == std::string("b\x00$#}", 5));
    CHECK(test.ask("X600,4:abc") == "E22");
    CHECK(test.ask("x600") == "E22");
}

TEST_CASE("info mem joins neighbours of equal rights, wherever their frames are")
{
    Attached test(counting_code());
    std::array<std::pair<uint32_t, uint32_t>, 6> const kEntries = {{
        {0x10000, 0x11007}, // a table for the first 4 MiB, user and writable
        {0x10ffc, 0x11005}, // and for the last, not writable
        {0x11000, 0x00007}, // urw
        {0x11004, 0x05007}, // urw
        {0x11008, 0x06005}, // ur-
        {0x11ffc, 0x07003}, // -rw, the last page
    }};
    for (auto const& [address, entry] : kEntries)
        test.bench.machine->memory().write(PhysAddr(address), std::as_bytes(std::span(&entry, 1)));
    cpu::CpuRegisters registers = test.bench.machine->registers(0);
    registers.state.cr3 = 0x10000;
    registers.state.cr0 |= 0x8000'0001;
    REQUIRE(test.bench.machine->set_registers(0, registers));
    CHECK(test.monitor("info mem") == "0000000000000000-0000000000002000 0000000000002000 urw\n"
                                      "0000000000002000-0000000000003000 0000000000001000 ur-\n"
                                      "00000000003ff000-0000000000400000 0000000000001000 -rw\n"
                                      "00000000ffc00000-00000000ffc03000 0000000000003000 ur-\n"
                                      "00000000fffff000-0000000100000000 0000000000001000 -r-\n");
}

TEST_CASE("nonsense is answered, whatever it is")
{
    Attached test(counting_code());
    for (std::string const letter :
         {"", "m", "M", "Z", "z", "H", "T", "p", "P", "G", "q", "Q", "X", "x"})
        for (std::string const rest : {"", ",", "0", "0,", "0,,", ":", "g", "zz", "0,1:", "-"})
            (void)test.stub.answer(letter + rest);
    CHECK(test.ask("qRcmd,0") == "E22");
    CHECK(test.ask("Mffffffffffffffff,2:0000") == "OK"); // real mode: 32 bits
}
