// The port table: a byte per port names its claim.
#include "emu/dev/port_bus.hpp"

#include "emu/base/check.hpp"

namespace pagelab::dev {

namespace {

constexpr uint32_t kPortCount = 0x10000;

} // namespace

PortBus::PortBus() : claims_{{nullptr, Access::AnyWidth}}, owner_(kPortCount, 0) {}

void PortBus::claim(uint16_t first, uint16_t last, PortDevice& device, Access access)
{
    ENSURE(first <= last, "ports {:#x}..{:#x}", first, last);
    ENSURE(claims_.size() < 256, "{} claims", claims_.size());
    auto const index = static_cast<uint8_t>(claims_.size());
    claims_.push_back({&device, access});
    for (uint32_t port = first; port <= last; ++port) {
        ENSURE(owner_[port] == 0, "port {:#x} has two owners", port);
        owner_[port] = index;
    }
}

uint32_t PortBus::port_in(uint16_t port, Width width)
{
    auto const& [device, access] = claim_at(port);
    if (device && (access == Access::AnyWidth || width == Width::Byte))
        return device->port_in(port, width) & ones(width);

    uint32_t value = ones(width);
    for (unsigned i = 0; i < byte_count(width) && port + i < kPortCount; ++i) {
        PortDevice* owner = claim_at(port + i).device;
        if (!owner)
            continue;
        uint32_t const byte = owner->port_in(static_cast<uint16_t>(port + i), Width::Byte) & 0xff;
        value = (value & ~(0xffu << (8 * i))) | byte << (8 * i);
    }
    return value;
}

void PortBus::port_out(uint16_t port, Width width, uint32_t value)
{
    auto const& [device, access] = claim_at(port);
    if (device && (access == Access::AnyWidth || width == Width::Byte)) {
        device->port_out(port, width, value & ones(width));
        return;
    }
    for (unsigned i = 0; i < byte_count(width) && port + i < kPortCount; ++i) {
        PortDevice* owner = claim_at(port + i).device;
        if (owner)
            owner->port_out(static_cast<uint16_t>(port + i), Width::Byte,
                            (value >> (8 * i)) & 0xff);
    }
}

} // namespace pagelab::dev
