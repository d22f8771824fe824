// Redirection entries, and what the two registers of the window reach.
#include "emu/dev/ioapic.hpp"

#include "emu/base/check.hpp"
#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev {

namespace {

using x86::Bit;
using x86::Field;

constexpr uint32_t kIndexOffset = 0x00;
constexpr uint32_t kDataOffset = 0x10;

constexpr unsigned kIdRegister = 0;
constexpr unsigned kVersionRegister = 1;
constexpr unsigned kArbitrationRegister = 2;
constexpr unsigned kFirstEntryRegister = 0x10; // two registers an entry, low half first
constexpr uint32_t kVersionValue = (kIoApicInputs - 1) << 16 | 0x11;
constexpr uint32_t kIdWritable = 0x0f00'0000;

// 82093AA section 3.2.4.
namespace entry {
using Destination = Field<63, 56>;
using Masked = Bit<16>;
using Level = Bit<15>;
using RemoteIrr = Bit<14>; // a level interrupt was accepted and has not ended
using Logical = Bit<11>;
using Delivery = Field<10, 8>;
using Vector = Field<7, 0>;
constexpr uint64_t kWritable = Destination::mask | 0x1'afff; // not remote IRR, delivery status
} // namespace entry

// Messages other than interrupts are sent at edges, whatever the entry says.
bool is_level(uint64_t value)
{
    return entry::Level::is_set(value) &&
           entry::Delivery::get(value) <= static_cast<unsigned>(DeliveryMode::LowestPriority);
}

} // namespace

IoApic::IoApic(ApicBus& apics) : apics_(apics)
{
    entries_.fill(entry::Masked::mask);
    for (unsigned input = 0; input < lines_.size(); ++input) {
        lines_[input].ioapic = this;
        lines_[input].input = input;
    }
    apics_.on_level_eoi([this](uint8_t vector) { end_of_interrupt(vector); });
}

InterruptLine& IoApic::line(unsigned input)
{
    ENSURE(input < lines_.size(), "i/o apic input {}", input);
    return lines_[input];
}

void IoApic::set_input(unsigned input, bool asserted)
{
    uint32_t const bit = 1u << input;
    bool const rises = asserted && !(inputs_ & bit);
    inputs_ = asserted ? inputs_ | bit : inputs_ & ~bit;
    if (is_level(entries_[input]))
        send_level(input);
    else if (rises)
        send(input);
}

void IoApic::send_level(unsigned input)
{
    uint64_t& value = entries_[input];
    bool const asserted = inputs_ >> input & 1;
    if (asserted && is_level(value) && !entry::RemoteIrr::is_set(value) && send(input))
        value |= entry::RemoteIrr::mask;
}

// Whether a local APIC took it.
bool IoApic::send(unsigned input)
{
    uint64_t const value = entries_[input];
    if (entry::Masked::is_set(value))
        return false;
    return apics_.send(
        {.vector = static_cast<uint8_t>(entry::Vector::get(value)),
         .delivery = static_cast<DeliveryMode>(entry::Delivery::get(value)),
         .trigger = static_cast<TriggerMode>(entry::Level::get(value)),
         .destination_mode = static_cast<DestinationMode>(entry::Logical::get(value)),
         .destination = static_cast<uint8_t>(entry::Destination::get(value))});
}

void IoApic::end_of_interrupt(uint8_t vector)
{
    for (unsigned input = 0; input < entries_.size(); ++input) {
        uint64_t& value = entries_[input];
        if (!entry::RemoteIrr::is_set(value) || entry::Vector::get(value) != vector)
            continue;
        value &= ~entry::RemoteIrr::mask;
        send_level(input);
    }
}

uint32_t IoApic::mmio_read(uint32_t offset) const
{
    switch (offset) {
    case kIndexOffset:
        return index_;
    case kDataOffset:
        return read_register();
    default:
        return 0;
    }
}

void IoApic::mmio_write(uint32_t offset, uint32_t value)
{
    if (offset == kIndexOffset)
        index_ = static_cast<uint8_t>(value);
    else if (offset == kDataOffset)
        write_register(value);
}

uint32_t IoApic::read_register() const
{
    switch (index_) {
    case kIdRegister:
    case kArbitrationRegister:
        return id_;
    case kVersionRegister:
        return kVersionValue;
    default:
        break;
    }
    unsigned const half = index_ - kFirstEntryRegister; // wraps to a huge number below
    if (half >= 2 * kIoApicInputs)
        return 0;
    return static_cast<uint32_t>(entries_[half / 2] >> (half % 2 != 0 ? 32 : 0));
}

void IoApic::write_register(uint32_t value)
{
    if (index_ == kIdRegister)
        id_ = value & kIdWritable;
    unsigned const half = index_ - kFirstEntryRegister;
    if (half >= 2 * kIoApicInputs)
        return;
    uint64_t const old = entries_[half / 2];
    if (half % 2 != 0)
        write_entry(half / 2, (old & 0xffff'ffff) | uint64_t{value} << 32);
    else
        write_entry(half / 2, (old & ~uint64_t{0xffff'ffff}) | value);
}

// Making an entry edge triggered forgets that its level interrupt has not ended.
void IoApic::write_entry(unsigned input, uint64_t value)
{
    uint64_t const remote_irr = entry::RemoteIrr::in_place(entries_[input]);
    entries_[input] = value & entry::kWritable;
    if (entry::Level::is_set(value))
        entries_[input] |= remote_irr;
    send_level(input);
}

} // namespace pagelab::dev
