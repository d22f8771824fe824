// The cascade: after anything happened to the slave, its INT pin drives the master's input 2.
#include "emu/dev/pic.hpp"

#include "emu/base/check.hpp"
#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::dev {

namespace {

constexpr unsigned kCascadeInput = 2;
constexpr unsigned kSpuriousInput = 7;

} // namespace

Pic::Pic() : master_(0x07, 1u << kCascadeInput), slave_(0x21, 0)
{
    for (unsigned irq = 0; irq < lines_.size(); ++irq) {
        lines_[irq].pic = this;
        lines_[irq].irq = irq;
    }
}

InterruptLine& Pic::line(unsigned irq)
{
    ENSURE(irq < lines_.size(), "irq {}", irq);
    return lines_[irq];
}

void Pic::set_irq(unsigned irq, bool asserted)
{
    if (irq == kCascadeInput)
        return;
    if (irq < 8) {
        master_.set_input(irq, asserted);
        return;
    }
    slave_.set_input(irq - 8, asserted);
    drive_cascade();
}

void Pic::drive_cascade()
{
    master_.set_input(kCascadeInput, slave_.pending().has_value());
}

uint8_t Pic::acknowledge()
{
    unsigned const input = master_.acknowledge().value_or(kSpuriousInput);
    if (input != kCascadeInput)
        return master_.vector(input);
    uint8_t const vector = slave_.vector(slave_.acknowledge().value_or(kSpuriousInput));
    master_.set_input(kCascadeInput, false); // INT drops during INTA: a new edge if more is pending
    drive_cascade();
    return vector;
}

uint32_t Pic::port_in(uint16_t port, Width)
{
    uint32_t value = 0xff;
    switch (port) {
    case port::kPic1Command:
        return master_.read_command();
    case port::kPic1Data:
        return master_.read_data();
    case port::kPic1TriggerMode:
        return master_.trigger_mode();
    case port::kPic2Command:
        value = slave_.read_command();
        break;
    case port::kPic2Data:
        value = slave_.read_data();
        break;
    case port::kPic2TriggerMode:
        return slave_.trigger_mode();
    default:
        break;
    }
    drive_cascade(); // a poll acknowledges
    return value;
}

void Pic::port_out(uint16_t port, Width, uint32_t value)
{
    auto const byte = static_cast<uint8_t>(value);
    switch (port) {
    case port::kPic1Command:
        master_.write_command(byte);
        break;
    case port::kPic1Data:
        master_.write_data(byte);
        break;
    case port::kPic1TriggerMode:
        master_.set_trigger_mode(byte);
        break;
    case port::kPic2Command:
        slave_.write_command(byte);
        break;
    case port::kPic2Data:
        slave_.write_data(byte);
        break;
    case port::kPic2TriggerMode:
        slave_.set_trigger_mode(byte);
        break;
    default:
        break;
    }
    drive_cascade();
}

} // namespace pagelab::dev
