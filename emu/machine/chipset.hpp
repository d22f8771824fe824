// The devices of the PC and the wires between them.
#pragma once

#include <cstdint>
#include <optional>

#include "emu/dev/apic_bus.hpp"
#include "emu/dev/cmos_rtc.hpp"
#include "emu/dev/debug_console.hpp"
#include "emu/dev/exit_port.hpp"
#include "emu/dev/fw_cfg.hpp"
#include "emu/dev/ioapic.hpp"
#include "emu/dev/keyboard_controller.hpp"
#include "emu/dev/pic.hpp"
#include "emu/dev/pit.hpp"
#include "emu/dev/port_bus.hpp"
#include "emu/dev/post_port.hpp"
#include "emu/dev/uart16550.hpp"
#include "emu/dev/vga_text.hpp"
#include "emu/machine/config.hpp"

namespace pagelab::machine {

// An interrupt request wired to both controllers; each masks what is not for it.
class SharedLine final : public dev::InterruptLine {
  public:
    SharedLine(dev::InterruptLine& pic, dev::InterruptLine& ioapic) : pic_(pic), ioapic_(ioapic) {}
    void set(bool asserted) override
    {
        pic_.set(asserted);
        ioapic_.set(asserted);
    }

  private:
    dev::InterruptLine& pic_;
    dev::InterruptLine& ioapic_;
};

struct ChipsetPorts {
    dev::ByteSink serial;
    dev::ByteSink debug;
};

class Chipset {
  public:
    // low_ram: bytes below 4 GiB, as CMOS reports them. clock and fw_cfg must outlive this.
    Chipset(MachineConfig const& config, uint64_t low_ram, uint64_t high_ram,
            dev::Clock const& clock, dev::FwCfg& fw_cfg, ChipsetPorts ports);

    // For one CPU. The 8259s are wired to the first one's LINT0.
    bool has_interrupt(unsigned cpu) const;
    uint8_t acknowledge(unsigned cpu); // the vector to deliver
    dev::LocalApic& lapic(unsigned cpu) { return apics_[cpu]; }
    dev::LocalApic const& lapic(unsigned cpu) const { return apics_[cpu]; }

    std::optional<uint64_t> next_event_ns() const;
    void advance_to(uint64_t now_ns);

    // The APICs' windows, as the CPU sees them; nothing for other addresses.
    std::optional<uint32_t> mmio_read(PhysAddr address, unsigned cpu);
    bool mmio_write(PhysAddr address, uint32_t value, unsigned cpu);

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(pic_, apics_, ioapic_, pit_, rtc_, post_port_, vga_, uart, exit_port, keyboard);
    }

    dev::PortBus bus;

  private:
    bool use_apic_;
    dev::Pic pic_;
    dev::ApicBus apics_;
    dev::IoApic ioapic_;
    SharedLine irq0_, irq4_, irq8_;
    dev::Pit pit_;
    dev::CmosRtc rtc_;
    dev::DebugConsole debug_console_;
    dev::PostPort post_port_;
    dev::VgaText vga_;

  public:
    dev::Uart16550 uart;
    dev::ExitPort exit_port;
    dev::KeyboardController keyboard;
};

} // namespace pagelab::machine
