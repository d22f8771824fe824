// Requests, priorities and the command words of one 8259A.
//
// A request is a level input that is high, or a remembered rising edge; both need the pin to stay
// high until acknowledged, else the acknowledging CPU gets the spurious vector.
#include "emu/dev/i8259.hpp"

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::dev {

namespace {

using x86::Bit;
using x86::Field;

constexpr unsigned bit(unsigned input)
{
    return 1u << input;
}

namespace icw1 {
using NeedsIcw4 = Bit<0>;
using Single = Bit<1>;
using LevelTriggered = Bit<3>;
using Marker = Bit<4>;
} // namespace icw1

namespace icw4 {
using AutoEoi = Bit<1>;
using SpecialFullyNested = Bit<4>;
} // namespace icw4

namespace ocw2 {
using Level = Field<2, 0>;
using EndOfInterrupt = Bit<5>;
using Specific = Bit<6>;
using Rotate = Bit<7>;
} // namespace ocw2

namespace ocw3 {
using ReadInService = Bit<0>;
using ReadRegister = Bit<1>;
using Poll = Bit<2>;
using Marker = Bit<3>;
using SpecialMask = Bit<5>;
using SetSpecialMask = Bit<6>;
} // namespace ocw3

} // namespace

void I8259::set_input(unsigned input, bool asserted)
{
    unsigned const changed = bit(input);
    if (!asserted) {
        inputs_ = static_cast<uint8_t>(inputs_ & ~changed);
        edges_ = static_cast<uint8_t>(edges_ & ~changed);
    } else if (!(inputs_ & changed)) {
        inputs_ = static_cast<uint8_t>(inputs_ | changed);
        edges_ = static_cast<uint8_t>(edges_ | changed);
    }
}

uint8_t I8259::requests() const
{
    unsigned const level = all_level_ ? 0xffu : elcr_;
    return static_cast<uint8_t>((inputs_ & level) | (edges_ & ~level));
}

std::optional<unsigned> I8259::highest(unsigned inputs) const
{
    for (unsigned i = 1; i <= 8; ++i) {
        unsigned const input = (lowest_ + i) & 7;
        if (inputs & bit(input))
            return input;
    }
    return std::nullopt;
}

std::optional<unsigned> I8259::pending() const
{
    auto const request = highest(requests() & ~unsigned{mask_});
    if (!request)
        return std::nullopt;
    unsigned blocking = in_service_;
    if (special_mask_)
        blocking &= ~unsigned{mask_};
    if (fully_nested_special_)
        blocking &= ~unsigned{cascade_};
    auto const serving = highest(blocking);
    unsigned const request_rank = (*request - lowest_ - 1u) & 7;
    if (serving && ((*serving - lowest_ - 1u) & 7) <= request_rank)
        return std::nullopt;
    return request;
}

std::optional<unsigned> I8259::acknowledge()
{
    auto const request = pending();
    if (!request)
        return std::nullopt;
    edges_ = static_cast<uint8_t>(edges_ & ~bit(*request));
    if (!auto_eoi_)
        in_service_ = static_cast<uint8_t>(in_service_ | bit(*request));
    else if (rotate_on_auto_eoi_)
        lowest_ = static_cast<uint8_t>(*request);
    return request;
}

uint8_t I8259::poll()
{
    poll_next_ = false;
    auto const request = acknowledge();
    return request ? static_cast<uint8_t>(0x80 | *request) : uint8_t{0};
}

uint8_t I8259::read_command()
{
    if (poll_next_)
        return poll();
    return read_in_service_ ? in_service_ : requests();
}

uint8_t I8259::read_data()
{
    return poll_next_ ? poll() : mask_;
}

void I8259::write_command(uint8_t value)
{
    if (icw1::Marker::is_set(value))
        initialize(value);
    else if (ocw3::Marker::is_set(value))
        set_modes(value);
    else
        end_or_rotate(value);
}

void I8259::initialize(uint8_t value)
{
    edges_ = 0;
    mask_ = 0;
    in_service_ = 0;
    lowest_ = 7;
    expect_ = Expect::Icw2;
    icw4_follows_ = icw1::NeedsIcw4::is_set(value);
    single_ = icw1::Single::is_set(value);
    all_level_ = icw1::LevelTriggered::is_set(value);
    auto_eoi_ = false;
    rotate_on_auto_eoi_ = false;
    fully_nested_special_ = false;
    special_mask_ = false;
    read_in_service_ = false;
    poll_next_ = false;
}

void I8259::write_data(uint8_t value)
{
    auto const after_icw3 = icw4_follows_ ? Expect::Icw4 : Expect::Nothing;
    switch (expect_) {
    case Expect::Nothing:
        mask_ = value;
        break;
    case Expect::Icw2:
        vector_base_ = value & 0xf8;
        expect_ = single_ ? after_icw3 : Expect::Icw3;
        break;
    case Expect::Icw3: // how the pair is wired: not ours to change
        expect_ = after_icw3;
        break;
    case Expect::Icw4:
        auto_eoi_ = icw4::AutoEoi::is_set(value);
        fully_nested_special_ = icw4::SpecialFullyNested::is_set(value);
        expect_ = Expect::Nothing;
        break;
    }
}

void I8259::end_or_rotate(uint8_t value)
{
    bool const rotate = ocw2::Rotate::is_set(value);
    if (!ocw2::EndOfInterrupt::is_set(value)) {
        if (!ocw2::Specific::is_set(value))
            rotate_on_auto_eoi_ = rotate;
        else if (rotate)
            lowest_ = static_cast<uint8_t>(ocw2::Level::get(value));
        return;
    }
    std::optional<unsigned> ended = static_cast<unsigned>(ocw2::Level::get(value));
    if (!ocw2::Specific::is_set(value))
        ended = highest(special_mask_ ? in_service_ & ~unsigned{mask_} : in_service_);
    if (!ended)
        return;
    in_service_ = static_cast<uint8_t>(in_service_ & ~bit(*ended));
    if (rotate)
        lowest_ = static_cast<uint8_t>(*ended);
}

void I8259::set_modes(uint8_t value)
{
    if (ocw3::SetSpecialMask::is_set(value))
        special_mask_ = ocw3::SpecialMask::is_set(value);
    if (ocw3::Poll::is_set(value))
        poll_next_ = true;
    else if (ocw3::ReadRegister::is_set(value))
        read_in_service_ = ocw3::ReadInService::is_set(value);
}

} // namespace pagelab::dev
