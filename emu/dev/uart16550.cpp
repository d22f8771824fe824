// The registers of the 16550A, in the order of its data sheet.
#include "emu/dev/uart16550.hpp"

#include <algorithm>
#include <utility>

#include "emu/dev/uart16550_registers.hpp"

namespace pagelab::dev {

using namespace uart;

namespace {

constexpr std::array<uint8_t, 4> kTriggerLevels{1, 4, 8, 14}; // by FCR bits 7:6

} // namespace

Uart16550::Uart16550(InterruptLine& irq, ByteSink output) : irq_(irq), output_(std::move(output)) {}

size_t Uart16550::capacity() const
{
    return fcr::Enable::is_set(fifo_control_) ? received_.size() : 1;
}

size_t Uart16550::can_receive() const
{
    return mcr::Loopback::is_set(modem_control_) ? 0 : capacity() - received_count_;
}

void Uart16550::receive(std::span<uint8_t const> bytes)
{
    if (mcr::Loopback::is_set(modem_control_))
        return; // the pin is disconnected
    for (uint8_t byte : bytes)
        push({byte});
    drive_line();
}

void Uart16550::receive_break()
{
    if (mcr::Loopback::is_set(modem_control_))
        return;
    push({0, true});
    drive_line();
}

void Uart16550::push(Received received)
{
    if (received_count_ == capacity()) {
        overrun_ = true;
        return;
    }
    received_[received_count_++] = received;
}

uint8_t Uart16550::pop()
{
    uint8_t const byte = received_[0].byte; // the last one again if there is none
    if (received_count_ > 1)
        std::shift_left(received_.begin(), received_.begin() + received_count_, 1);
    if (received_count_ > 0)
        --received_count_;
    return byte;
}

void Uart16550::transmit(uint8_t byte)
{
    auto const word_mask = 0xffu >> (3 - lcr::WordLength::get(line_control_));
    auto const sent = static_cast<uint8_t>(byte & word_mask);
    if (mcr::Loopback::is_set(modem_control_))
        push({sent});
    else
        output_(sent);
    transmitter_empty_pending_ = true;
}

uint8_t Uart16550::modem_inputs() const
{
    uint8_t const control = modem_control_;
    if (!mcr::Loopback::is_set(control))
        return msr::Cts::mask | msr::Dsr::mask | msr::Dcd::mask;
    return static_cast<uint8_t>(
        msr::Cts::make(mcr::Rts::get(control)) | msr::Dsr::make(mcr::Dtr::get(control)) |
        msr::Ri::make(mcr::Out1::get(control)) | msr::Dcd::make(mcr::Out2::get(control)));
}

uint8_t Uart16550::interrupt_identity() const
{
    if (ier::LineStatus::is_set(interrupt_enable_) && (overrun_ || is_break_next()))
        return kLineStatusChanged;
    if (ier::ReceivedData::is_set(interrupt_enable_) && received_count_ > 0) {
        bool const fifo = fcr::Enable::is_set(fifo_control_);
        bool const filled = received_count_ >= kTriggerLevels[fcr::Trigger::get(fifo_control_)];
        return !fifo || filled ? kDataAvailable : kCharacterTimeout;
    }
    if (ier::TransmitterEmpty::is_set(interrupt_enable_) && transmitter_empty_pending_)
        return kTransmitterIsEmpty;
    if (ier::ModemStatus::is_set(interrupt_enable_) && modem_deltas_ != 0)
        return kModemStatusChanged;
    return kNothing;
}

void Uart16550::drive_line()
{
    bool const gated = !mcr::Out2::is_set(modem_control_) || mcr::Loopback::is_set(modem_control_);
    irq_.set(!gated && interrupt_identity() != kNothing);
}

uint32_t Uart16550::port_in(uint16_t port, Width)
{
    bool const divisor = lcr::DivisorLatch::is_set(line_control_);
    uint8_t value = 0xff;
    switch (port & 7u) {
    case kData:
        value = divisor ? divisor_low_ : pop();
        break;
    case kInterruptEnable:
        value = divisor ? divisor_high_ : interrupt_enable_;
        break;
    case kIdentity:
        value = read_identity();
        break;
    case kLineControl:
        value = line_control_;
        break;
    case kModemControl:
        value = modem_control_;
        break;
    case kLineStatus:
        value = read_line_status();
        break;
    case kModemStatus:
        value = read_modem_status();
        break;
    case kScratch:
        value = scratch_;
        break;
    default:
        break;
    }
    drive_line();
    return value;
}

uint8_t Uart16550::read_identity()
{
    uint8_t const identity = interrupt_identity();
    if (identity == kTransmitterIsEmpty)
        transmitter_empty_pending_ = false;
    return identity | (fcr::Enable::is_set(fifo_control_) ? 0xc0 : 0);
}

uint8_t Uart16550::read_line_status()
{
    unsigned status = lsr::kTransmitterEmpty;
    auto const waiting = std::span(received_).first(received_count_);
    if (fcr::Enable::is_set(fifo_control_) && std::ranges::any_of(waiting, &Received::is_break))
        status |= lsr::kErrorInFifo;
    if (std::exchange(overrun_, false))
        status |= lsr::kOverrun;
    if (is_break_next())
        status |= lsr::kBreak;
    if (received_count_ > 0)
        status |= lsr::kDataReady;
    received_[0].is_break = false;
    return static_cast<uint8_t>(status);
}

uint8_t Uart16550::read_modem_status()
{
    return modem_inputs() | std::exchange(modem_deltas_, uint8_t{0});
}

void Uart16550::port_out(uint16_t port, Width, uint32_t value)
{
    bool const divisor = lcr::DivisorLatch::is_set(line_control_);
    auto const byte = static_cast<uint8_t>(value);
    switch (port & 7u) {
    case kData:
        if (divisor)
            divisor_low_ = byte;
        else
            transmit(byte);
        break;
    case kInterruptEnable:
        if (divisor)
            divisor_high_ = byte;
        else
            write_interrupt_enable(byte);
        break;
    case kIdentity:
        write_fifo_control(byte);
        break;
    case kLineControl:
        line_control_ = byte;
        break;
    case kModemControl:
        write_modem_control(byte);
        break;
    case kScratch:
        scratch_ = byte;
        break;
    default:
        break; // the status registers are read only
    }
    drive_line();
}

// Enabling the THRE interrupt while the transmitter is empty raises it at once: what Linux' THRE
// test looks for.
void Uart16550::write_interrupt_enable(uint8_t value)
{
    if (!ier::TransmitterEmpty::is_set(interrupt_enable_) && ier::TransmitterEmpty::is_set(value))
        transmitter_empty_pending_ = true;
    interrupt_enable_ = value & 0x0f;
}

void Uart16550::write_fifo_control(uint8_t value)
{
    bool const switched = fcr::Enable::is_set(value) != fcr::Enable::is_set(fifo_control_);
    if (switched || fcr::ClearReceiver::is_set(value))
        received_count_ = 0;
    // The other bits are programmed only along with the enable bit.
    fifo_control_ = fcr::Enable::is_set(value) ? value & 0xc9 : 0;
}

void Uart16550::write_modem_control(uint8_t value)
{
    unsigned const before = modem_inputs();
    bool const was_ready = mcr::Rts::is_set(modem_control_);
    modem_control_ = value & 0x1f;
    if (mcr::Dtr::is_set(modem_control_) && !mcr::Loopback::is_set(modem_control_)) {
        bool const is_ready = mcr::Rts::is_set(modem_control_);
        has_flow_control_ |= !is_ready;
        // What has come since the guest looked it does not know of yet: it will say so again.
        bool const is_raised = !was_ready && received_count_ == 0;
        ready_to_receive_ = is_ready && (ready_to_receive_ || is_raised);
    }
    unsigned const after = modem_inputs();
    unsigned changed = (before ^ after) >> 4;
    if (msr::Ri::is_set(after))
        changed &= ~msr::kTrailingEdgeRi; // RI reports only its end
    modem_deltas_ = static_cast<uint8_t>(modem_deltas_ | changed);
}

} // namespace pagelab::dev
