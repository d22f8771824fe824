// Construction, in the order of the wires, and the two pins of the interrupt controllers.
#include "emu/machine/chipset.hpp"

#include <algorithm>

#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::machine {

// Inputs of the I/O APIC are the ISA interrupts one to one, but for the timer, which is on 2 (ACPI
// specification 5.2.12.5; QEMU's and most PCs' wiring).
Chipset::Chipset(MachineConfig const& config, uint64_t low_ram, uint64_t high_ram,
                 dev::Clock const& clock, dev::FwCfg& fw_cfg, ChipsetPorts ports)
    : use_apic_(config.lapic), apics_(clock, config.cpus), ioapic_(apics_),
      irq0_(pic_.line(0), ioapic_.line(2)), irq4_(pic_.line(4), ioapic_.line(4)),
      irq8_(pic_.line(8), ioapic_.line(8)), pit_(clock, irq0_),
      rtc_(clock, irq8_, std::chrono::sys_seconds(std::chrono::seconds(config.rtc_start)),
           {low_ram, high_ram, config.cpus}),
      debug_console_(std::move(ports.debug)), uart(irq4_, std::move(ports.serial))
{
    using dev::Access;
    bus.claim(port::kPic1Command, port::kPic1Data, pic_, Access::Bytes);
    bus.claim(port::kPic2Command, port::kPic2Data, pic_, Access::Bytes);
    bus.claim(port::kPic1TriggerMode, port::kPic2TriggerMode, pic_, Access::Bytes);
    bus.claim(port::kPitCounter0, port::kPitControl, pit_, Access::Bytes);
    bus.claim(port::kSystemControlB, port::kSystemControlB, pit_, Access::Bytes);
    bus.claim(port::kKeyboardData, port::kKeyboardData, keyboard, Access::Bytes);
    bus.claim(port::kKeyboardCommand, port::kKeyboardCommand, keyboard, Access::Bytes);
    bus.claim(port::kSystemControlA, port::kSystemControlA, keyboard, Access::Bytes);
    bus.claim(port::kCmosIndex, port::kCmosData, rtc_, Access::Bytes);
    bus.claim(port::kPostCode, port::kPostCode, post_port_, Access::Bytes);
    bus.claim(port::kDebugConsole, port::kDebugConsole, debug_console_, Access::Bytes);
    bus.claim(port::kExit, port::kExit + 3, exit_port, Access::AnyWidth);
    bus.claim(port::kSerial1, port::kSerial1 + 7, uart, Access::Bytes);
    bus.claim(port::kCrtcIndex, port::kCrtcData, vga_, Access::Bytes);
    bus.claim(port::kVgaStatus1, port::kVgaStatus1, vga_, Access::Bytes);
    bus.claim(port::kFwCfgSelector, port::kFwCfgDmaLow + 3, fw_cfg, Access::AnyWidth);
}

bool Chipset::has_interrupt(unsigned cpu) const
{
    dev::LocalApic const& lapic = apics_[cpu];
    bool const sees_pic = cpu == 0 && (!use_apic_ || lapic.passes_pic());
    return (use_apic_ && lapic.has_interrupt()) || (sees_pic && pic_.has_interrupt());
}

uint8_t Chipset::acknowledge(unsigned cpu)
{
    dev::LocalApic& lapic = apics_[cpu];
    return use_apic_ && lapic.has_interrupt() ? lapic.acknowledge() : pic_.acknowledge();
}

std::optional<uint64_t> Chipset::next_event_ns() const
{
    std::optional<uint64_t> next;
    auto const take = [&](std::optional<uint64_t> event) {
        if (event && (!next || *event < *next))
            next = event;
    };
    take(pit_.next_event_ns());
    take(rtc_.next_event_ns());
    for (unsigned cpu = 0; cpu < apics_.size(); ++cpu)
        take(apics_[cpu].next_event_ns());
    return next;
}

void Chipset::advance_to(uint64_t now_ns)
{
    pit_.advance_to(now_ns);
    rtc_.advance_to(now_ns);
    for (unsigned cpu = 0; cpu < apics_.size(); ++cpu)
        apics_[cpu].advance_to(now_ns);
}

std::optional<uint32_t> Chipset::mmio_read(PhysAddr address, unsigned cpu)
{
    if (!use_apic_)
        return std::nullopt;
    auto const offset = static_cast<uint32_t>(address.page_offset());
    if (address.page_start() == PhysAddr(dev::kLapicBase))
        return apics_[cpu].mmio_read(offset);
    if (address.page_start() == PhysAddr(dev::kIoApicBase))
        return ioapic_.mmio_read(offset);
    return std::nullopt;
}

bool Chipset::mmio_write(PhysAddr address, uint32_t value, unsigned cpu)
{
    if (!use_apic_)
        return false;
    auto const offset = static_cast<uint32_t>(address.page_offset());
    if (address.page_start() == PhysAddr(dev::kLapicBase))
        apics_[cpu].mmio_write(offset, value);
    else if (address.page_start() == PhysAddr(dev::kIoApicBase))
        ioapic_.mmio_write(offset, value);
    else
        return false;
    return true;
}

} // namespace pagelab::machine
