// Damaged snapshot files: what is accepted is what was written, all else is refused in a line.
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

#include "emu/base/check.hpp"
#include "emu/machine/snapshot_file.hpp"
#include "tests/fuzz/fuzz_one.hpp"

using namespace pagelab;

namespace {

class Nobody final : public machine::Attendant {
  public:
    void serial_output(uint8_t) override {}
    void debug_output(uint8_t) override {}
    std::vector<uint8_t> serial_input(size_t) override { return {}; }
    void guest_waits() override {}
    bool attend(std::optional<uint64_t>) override { return true; }
};

constexpr uint64_t kInstructions = 1000;

// A machine in the middle of a loop, some pages of its RAM written.
std::vector<std::byte> valid_snapshot()
{
    std::vector<std::byte> rom(64 * 1024, std::byte{0x90});
    rom[0xfff1] = std::byte{0xeb}; // jmp -3, after a nop
    rom[0xfff2] = std::byte{0xfd};
    Nobody nobody;
    machine::MachineConfig config;
    config.ram_size = mem::kRamMinimum;
    auto made = machine::Machine::create(config, rom, nobody);
    ENSURE(made, "a machine");
    for (uint64_t page = 0; page < 4; ++page)
        (*made)->memory().write(PhysAddr(0x10'0000 * (page + 1)),
                                std::as_bytes(std::span(&page, 1)));
    ENSURE((*made)->run_until(kInstructions) == machine::Outcome::Stopped, "it runs");
    auto const file = std::filesystem::temp_directory_path() /
                      ("pagelab-fuzz-" + std::to_string(getpid()) + ".snap");
    ENSURE(machine::write_snapshot(file, **made, {"kernel.elf", true}), "it is written");
    auto const mapped = HostMemory::map_file(file);
    ENSURE(mapped, "it is read");
    std::filesystem::remove(file);
    std::span<std::byte const> const bytes = *mapped;
    return {bytes.begin(), bytes.end()};
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static std::vector<FuzzSeed> const seeds = {{valid_snapshot(), 0, 64}};
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    auto const saved = machine::parse_snapshot(input);
    if (!saved) {
        ENSURE(!saved.error().message.empty() &&
                   saved.error().message.find('\n') == std::string::npos,
               "{}", saved.error().message);
        return 0;
    }
    ENSURE(saved->config.ram_size == mem::kRamMinimum && saved->surroundings.awaited &&
               saved->surroundings.kernel_file == "kernel.elf" &&
               saved->snapshot.engine.instructions == kInstructions,
           "damage was not noticed");
    ENSURE(saved->snapshot.ram.pages() - saved->snapshot.ram.zero_pages() == 3, "{} pages",
           saved->snapshot.ram.pages() - saved->snapshot.ram.zero_pages());
    return 0;
}
