// Index, data, and input status 1.
#include "emu/dev/vga_text.hpp"

#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::dev {

namespace {

constexpr unsigned kRetrace = 0x09; // bit 3 vertical retrace, bit 0 display disabled

} // namespace

uint32_t VgaText::port_in(uint16_t port, Width)
{
    switch (port) {
    case port::kCrtcIndex:
        return index_;
    case port::kCrtcData:
        return index_ < kRegisterCount ? registers_[index_] : 0;
    case port::kVgaStatus1:
        status_ = static_cast<uint8_t>(status_ ^ kRetrace);
        return status_;
    default:
        return 0xff;
    }
}

void VgaText::port_out(uint16_t port, Width, uint32_t value)
{
    if (port == port::kCrtcIndex)
        index_ = value & 0x1f;
    else if (port == port::kCrtcData && index_ < kRegisterCount)
        registers_[index_] = static_cast<uint8_t>(value);
}

} // namespace pagelab::dev
