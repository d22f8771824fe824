// Construction, in the order of the wires, and the two pins of the interrupt controllers.
#include "emu/machine/chipset.hpp"

#include <algorithm>

#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::machine {

Chipset::Chipset(MachineConfig const& config, uint64_t, uint64_t, dev::Clock const& clock,
                 dev::FwCfg& fw_cfg, ChipsetPorts ports)
    : use_apic_(config.lapic), irq0_(pic_.line(0), nullptr), irq4_(pic_.line(4), nullptr),
      irq8_(pic_.line(8), nullptr), pit_(clock, irq0_), debug_console_(std::move(ports.debug)),
      uart(irq4_, std::move(ports.serial))
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
    bus.claim(port::kPostCode, port::kPostCode, post_port_, Access::Bytes);
    bus.claim(port::kDebugConsole, port::kDebugConsole, debug_console_, Access::Bytes);
    bus.claim(port::kExit, port::kExit + 3, exit_port, Access::AnyWidth);
    bus.claim(port::kSerial1, port::kSerial1 + 7, uart, Access::Bytes);
    bus.claim(port::kCrtcIndex, port::kCrtcData, vga_, Access::Bytes);
    bus.claim(port::kVgaStatus1, port::kVgaStatus1, vga_, Access::Bytes);
    bus.claim(port::kFwCfgSelector, port::kFwCfgDmaLow + 3, fw_cfg, Access::AnyWidth);
}

bool Chipset::has_interrupt() const
{
    return pic_.has_interrupt();
}

uint8_t Chipset::acknowledge()
{
    return pic_.acknowledge();
}

std::optional<uint64_t> Chipset::next_event_ns() const
{
    return pit_.next_event_ns();
}

void Chipset::advance_to(uint64_t now_ns)
{
    pit_.advance_to(now_ns);
}

std::optional<uint32_t> Chipset::mmio_read(PhysAddr)
{
    return std::nullopt;
}

bool Chipset::mmio_write(PhysAddr, uint32_t)
{
    return false;
}

} // namespace pagelab::machine
