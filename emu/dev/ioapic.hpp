// The I/O APIC: 24 interrupt inputs, each with a redirection entry saying where it goes.
//
// A masked entry delivers nothing: an edge that comes meanwhile is lost, a level waits. Polarity
// bits are kept but mean nothing: a line here is asserted or not.
//
// Source: Intel 82093AA data sheet (290566).
#pragma once

#include <array>
#include <cstdint>

#include "emu/dev/apic_bus.hpp"
#include "emu/dev/device.hpp"

namespace pagelab::dev {

inline constexpr uint64_t kIoApicBase = 0xfec0'0000; // physical; one page
inline constexpr unsigned kIoApicInputs = 24;

// Sends to, and listens for ends of interrupts at, the local APICs, which must outlive it.
class IoApic final {
  public:
    explicit IoApic(ApicBus& apics);
    IoApic(IoApic const&) = delete; // its lines point back at it
    IoApic& operator=(IoApic const&) = delete;

    // input 0..23; the PC's firmware tables say which IRQ is wired to which (IRQ 0 to input 2).
    InterruptLine& line(unsigned input);

    // offset: bytes into the page; only 0 (index) and 0x10 (data) are there, others read 0.
    uint32_t mmio_read(uint32_t offset) const;
    void mmio_write(uint32_t offset, uint32_t value);

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(entries_, inputs_, id_, index_);
    }

  private:
    class Line final : public InterruptLine {
      public:
        void set(bool asserted) override { ioapic->set_input(input, asserted); }
        IoApic* ioapic = nullptr;
        unsigned input = 0;
    };

    void set_input(unsigned input, bool asserted);
    void send_level(unsigned input);
    bool send(unsigned input);
    void end_of_interrupt(uint8_t vector);
    uint32_t read_register() const;
    void write_register(uint32_t value);
    void write_entry(unsigned input, uint64_t value);

    ApicBus& apics_;
    std::array<Line, kIoApicInputs> lines_;
    std::array<uint64_t, kIoApicInputs> entries_;
    uint32_t inputs_ = 0; // the levels at the pins
    uint32_t id_ = 0;
    uint8_t index_ = 0;
};

} // namespace pagelab::dev
