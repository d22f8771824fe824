// A 16550A serial port that never makes the guest wait: what is written has been sent.
//
// Output goes to a sink at once, so THRE and TEMT are always set; the character timeout of the
// receive FIFO has always elapsed. The interrupt request leaves the chip only while MCR.OUT2 is
// set and loopback is not, as wired on a PC. A modem is always there: CTS, DSR and DCD are set.
//
// Source: National PC16550D data sheet. Linux' drivers/tty/serial/8250/8250_port.c detects this
// as a 16550A without bugs (its loopback, scratch, FIFO and THRE tests are in the unit test).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "emu/dev/device.hpp"

namespace pagelab::dev {

// Eight ports from a multiple of eight; byte wide. Keeps a reference to the line, owns the sink.
class Uart16550 final : public PortDevice {
  public:
    Uart16550(InterruptLine& irq, ByteSink output);

    // Bytes the receiver has room for: 16 with the FIFO on, 1 without, none in loopback.
    size_t can_receive() const;
    // Whether the guest has asked to be interrupted by input: someone there waits for it.
    bool receive_interrupt_enabled() const { return (interrupt_enable_ & 1) != 0; }
    // Hardware flow control: the guest has once said "not now", by DTR without RTS.
    bool has_flow_control() const { return has_flow_control_; }
    // Whether it has raised RTS since this was asked before.
    bool take_ready_to_receive() { return std::exchange(ready_to_receive_, false); }
    // Input from outside. Bytes beyond can_receive() are lost and set LSR.OE.
    void receive(std::span<uint8_t const> bytes);
    // The line goes low for longer than a character: a zero byte for which LSR shows BI.
    void receive_break();

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(received_, received_count_, interrupt_enable_, fifo_control_, line_control_,
                modem_control_, modem_deltas_, scratch_, divisor_low_, divisor_high_,
                has_flow_control_, ready_to_receive_, overrun_, transmitter_empty_pending_);
    }

  private:
    struct Received {
        uint8_t byte = 0;
        bool is_break = false; // until LSR has shown it

        template<class Archive>
        void serialize(Archive& archive)
        {
            archive(byte, is_break);
        }
    };

    size_t capacity() const;
    bool is_break_next() const { return received_count_ > 0 && received_[0].is_break; }
    void push(Received received);
    uint8_t pop();
    void transmit(uint8_t byte);
    uint8_t modem_inputs() const;
    uint8_t interrupt_identity() const;
    uint8_t read_identity();
    uint8_t read_line_status();
    uint8_t read_modem_status();
    void write_interrupt_enable(uint8_t value);
    void write_fifo_control(uint8_t value);
    void write_modem_control(uint8_t value);
    void drive_line();

    InterruptLine& irq_;
    ByteSink output_;

    std::array<Received, 16> received_{}; // oldest first
    uint8_t received_count_ = 0;
    uint8_t interrupt_enable_ = 0;
    uint8_t fifo_control_ = 0;
    uint8_t line_control_ = 0;
    uint8_t modem_control_ = 0;
    uint8_t modem_deltas_ = 0; // MSR bits 3:0
    uint8_t scratch_ = 0;
    uint8_t divisor_low_ = 0;
    uint8_t divisor_high_ = 0;
    bool has_flow_control_ = false;
    bool ready_to_receive_ = false;
    bool overrun_ = false;
    bool transmitter_empty_pending_ = false; // the THRE interrupt, until IIR reports it
};

} // namespace pagelab::dev
