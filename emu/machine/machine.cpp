// Creation, and what the processors call: ports, memory-mapped devices, the time stamp.
#include "emu/machine/machine.hpp"

#include <algorithm>

#include "emu/base/check.hpp"
#include "emu/machine/write_ram.hpp"

namespace pagelab::machine {

namespace {

// What a port access costs: a cycle of the ISA bus, as on a PC, where programs count on it for
// short delays. Loops that poll a timer also end a hundred times sooner this way.
constexpr uint64_t kPortAccessNs = 1'000;
// RDTSC this many times in a row, the same few instructions apart, is a loop that waits for time
// to pass: then each one lets a microsecond pass. Measurements do not look like that.
constexpr uint64_t kSpinRepeats = 64;
constexpr uint64_t kSpinInstructions = 32;
constexpr uint64_t kSpinNs = 1'000;

dev::Width width_of(unsigned bytes)
{
    return bytes == 1 ? dev::Width::Byte : bytes == 2 ? dev::Width::Word : dev::Width::Dword;
}

} // namespace

Machine::Machine(MachineConfig const& config, mem::PhysicalMemory memory, Attendant& attendant)
    : config_(config), memory_(std::move(memory)), attendant_(attendant), fw_cfg_(*this),
      schedule_(config.cpus, config.seed)
{
}

Result<std::unique_ptr<Machine>>
Machine::create(MachineConfig const& config, std::span<std::byte const> rom, Attendant& attendant)
{
    auto const model = TRY(cpu::find_cpu_model(config.cpu_model));
    auto memory = mem::PhysicalMemory::create(config.ram_size, rom);
    if (!memory)
        return std::unexpected(memory.error());
    std::unique_ptr<Machine> machine(new Machine(config, std::move(*memory), attendant));
    Machine& self = *machine;
    std::vector<PhysAddr> trapped;
    for (StuckBit const& stuck : config.stuck_bits)
        trapped.push_back(stuck.address.page_start());
    self.engine_ = TRY(cpu::Engine::create({model, trapped, config.cpus}, self.memory_, self));
    self.chipset_ = std::make_unique<Chipset>(
        config, self.memory_.low_ram_end().value, self.memory_.high_ram_size(), self, self.fw_cfg_,
        ChipsetPorts{[&](uint8_t byte) { self.attendant_.serial_output(byte); },
                     [&](uint8_t byte) { self.attendant_.debug_output(byte); }});
    return machine;
}

void Machine::feed_serial()
{
    size_t const room = chipset_->uart.can_receive();
    if (room == 0)
        return;
    auto const bytes = attendant_.serial_input(room);
    if (!bytes.empty())
        chipset_->uart.receive(bytes);
    if (bytes.size() < room && attendant_.take_break())
        chipset_->uart.receive_break();
}

uint32_t Machine::port_in(uint16_t port, unsigned bytes)
{
    time_.pass(kPortAccessNs);
    uint32_t const value = chipset_->bus.port_in(port, width_of(bytes));
    look_at_lines();
    return value;
}

void Machine::port_out(uint16_t port, unsigned bytes, uint32_t value)
{
    time_.pass(kPortAccessNs);
    chipset_->bus.port_out(port, width_of(bytes), value);
    look_at_lines();
    bool const a20_changed = a20_ != chipset_->keyboard.a20_enabled();
    if (chipset_->exit_port.status() || chipset_->keyboard.reset_requested() || a20_changed)
        engine_->request_stop();
}

uint64_t Machine::time_stamp()
{
    uint64_t const instructions = engine_->instructions();
    uint64_t const step = instructions - last_stamp_;
    stamp_repeats_ = step == last_stamp_step_ && step <= kSpinInstructions ? stamp_repeats_ + 1 : 0;
    last_stamp_ = instructions;
    last_stamp_step_ = step;
    if (stamp_repeats_ >= kSpinRepeats) {
        time_.pass(kSpinNs);
        set_deadline();
    }
    return time_.at(instructions);
}

bool Machine::is_stuck(PhysAddr address) const
{
    return std::ranges::any_of(config_.stuck_bits, [&](StuckBit const& stuck) {
        return stuck.address.page_start() == address.page_start();
    });
}

uint64_t Machine::mmio_read(PhysAddr address, unsigned bytes)
{
    if (!is_stuck(address))
        return chipset_->mmio_read(address, cpu_).value_or(~0u) |
               (bytes == 8 ? ~uint64_t{0} << 32 : 0);
    uint64_t value = 0;
    memory_.read(address, std::as_writable_bytes(std::span(&value, 1)).first(bytes));
    for (StuckBit const& stuck : config_.stuck_bits)
        if (stuck.address >= address && stuck.address < address + bytes)
            value |= uint64_t{1} << (8 * (stuck.address - address) + stuck.bit);
    return value;
}

void Machine::mmio_write(PhysAddr address, unsigned bytes, uint64_t value)
{
    if (is_stuck(address)) {
        memory_.write(address, std::as_bytes(std::span(&value, 1)).first(bytes));
        return;
    }
    if (!chipset_->mmio_write(address, static_cast<uint32_t>(value), cpu_))
        return;
    look_at_lines();
}

bool Machine::read(PhysAddr address, std::span<std::byte> out)
{
    memory_.read(address, out);
    return true;
}

bool Machine::write(PhysAddr address, std::span<std::byte const> bytes)
{
    write_ram(*this, address, bytes);
    return true;
}

} // namespace pagelab::machine
