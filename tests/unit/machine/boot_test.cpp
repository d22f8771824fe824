// What the firmware finds in fw_cfg: the machine's description and the loader's plan.
#include "emu/machine/boot.hpp"

#include <cstring>

#include <doctest/doctest.h>

#include "guestkernel/abi/machine/ports.hpp"
#include "tests/unit/machine/rom_bench.hpp"

using namespace pagelab;
using test::Code;
using test::RomBench;

namespace {

std::string read_item(machine::Machine& machine, uint16_t key, size_t size)
{
    std::string bytes;
    machine.port_out(port::kFwCfgSelector, 2, key);
    while (bytes.size() < size)
        bytes.push_back(static_cast<char>(machine.port_in(port::kFwCfgData, 1)));
    return bytes;
}

template<class T>
T read_number(machine::Machine& machine, uint16_t key)
{
    T value;
    std::memcpy(&value, read_item(machine, key, sizeof value).data(), sizeof value);
    return value;
}

// The contents of a named file; empty if there is none.
std::string read_named(machine::Machine& machine, std::string const& name)
{
    auto const count = fw_cfg::big_endian(read_number<uint32_t>(machine, fw_cfg::kFileDirectory));
    auto const directory =
        read_item(machine, fw_cfg::kFileDirectory, 4 + count * sizeof(fw_cfg::FwCfgFile));
    for (uint32_t i = 0; i < count; i++) {
        fw_cfg::FwCfgFile file;
        std::memcpy(&file, directory.data() + 4 + i * sizeof file, sizeof file);
        if (name == file.name)
            return read_item(machine, fw_cfg::big_endian16(file.key),
                             fw_cfg::big_endian(file.size));
    }
    return {};
}

std::vector<std::byte> bytes_of(std::string_view text)
{
    auto const bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

} // namespace

TEST_CASE("CPU count and memory map follow from the configuration")
{
    machine::MachineConfig config;
    config.cpus = 3;
    config.ram_size = uint64_t{5} << 30;
    RomBench bench(Code().halt(), {}, config);
    REQUIRE(bench.machine);
    REQUIRE(machine::describe_machine(*bench.machine, config));
    CHECK(read_number<uint16_t>(*bench.machine, fw_cfg::kCpuCount) == 3);
    CHECK(read_number<uint16_t>(*bench.machine, fw_cfg::kMaxCpus) == 3);
    auto const expected = machine::default_e820(0xc000'0000, 0x8000'0000);
    std::string const file = read_named(*bench.machine, fw_cfg::kE820File);
    REQUIRE(file.size() == 3 * sizeof(E820Entry));
    CHECK(std::memcmp(file.data(), expected.data(), file.size()) == 0);
}

TEST_CASE("a given map is handed on as it is")
{
    machine::MachineConfig config;
    config.e820 = {{0x1000, 0x2000, 1}, {0x800, 0x10, 77}};
    RomBench bench(Code().halt(), {}, config);
    REQUIRE(bench.machine);
    REQUIRE(machine::describe_machine(*bench.machine, config));
    std::string const file = read_named(*bench.machine, fw_cfg::kE820File);
    REQUIRE(file.size() == 40);
    CHECK(std::memcmp(file.data(), config.e820.data(), 40) == 0);
}

TEST_CASE("a plan becomes items with their addresses and sizes, files, and bytes in RAM")
{
    RomBench bench(Code().halt());
    REQUIRE(bench.machine);
    load::BootPlan plan;
    plan.kernel_addr = 0x10'0000;
    plan.kernel_entry = 0x10'0010;
    plan.kernel_data = bytes_of("kernel");
    plan.initrd_addr = 0x200'0000;
    plan.initrd_data = bytes_of("initial");
    plan.cmdline_addr = 0x2'0000;
    plan.cmdline = bytes_of("words");
    plan.setup_addr = 0x1'0000;
    plan.setup_data = bytes_of("setup");
    plan.direct = {{PhysAddr(0x30'0000), bytes_of("direct")}};
    plan.files = {{"opt/name", bytes_of("file")}};
    machine::Machine& machine = *bench.machine;
    REQUIRE(machine::install_boot_plan(machine, plan));
    auto const item = [&](uint16_t size_key, uint16_t data_key) {
        return read_item(machine, data_key, read_number<uint32_t>(machine, size_key));
    };
    CHECK(read_number<uint32_t>(machine, fw_cfg::kKernelAddr) == plan.kernel_addr);
    CHECK(read_number<uint32_t>(machine, fw_cfg::kKernelEntry) == plan.kernel_entry);
    CHECK(read_number<uint32_t>(machine, fw_cfg::kInitrdAddr) == plan.initrd_addr);
    CHECK(read_number<uint32_t>(machine, fw_cfg::kCmdlineAddr) == plan.cmdline_addr);
    CHECK(read_number<uint32_t>(machine, fw_cfg::kSetupAddr) == plan.setup_addr);
    CHECK(item(fw_cfg::kKernelSize, fw_cfg::kKernelData) == "kernel");
    CHECK(item(fw_cfg::kInitrdSize, fw_cfg::kInitrdData) == "initial");
    CHECK(item(fw_cfg::kCmdlineSize, fw_cfg::kCmdlineData) == "words");
    CHECK(item(fw_cfg::kSetupSize, fw_cfg::kSetupData) == "setup");
    CHECK(read_named(machine, "opt/name") == "file");
    std::string direct(6, ' ');
    machine.memory().read(PhysAddr(0x30'0000), std::as_writable_bytes(std::span(direct)));
    CHECK(direct == "direct");
}
