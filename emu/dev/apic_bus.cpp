// Who takes a message.
#include "emu/dev/apic_bus.hpp"

namespace pagelab::dev {

ApicBus::ApicBus(Clock const& clock, unsigned cpus)
{
    for (unsigned cpu = 0; cpu < cpus; ++cpu)
        apics_.push_back(std::make_unique<LocalApic>(clock, static_cast<uint8_t>(cpu), *this));
}

bool ApicBus::send(ApicMessage const& message, LocalApic const* except)
{
    bool taken = false;
    LocalApic* lowest = nullptr;
    for (auto const& apic : apics_) {
        if (apic.get() == except || !apic->is_destination(message))
            continue;
        if (message.delivery != DeliveryMode::LowestPriority)
            taken |= apic->receive(message);
        else if (apic->is_enabled() &&
                 (!lowest || apic->processor_priority() < lowest->processor_priority()))
            lowest = apic.get();
    }
    return taken || (lowest != nullptr && lowest->receive(message));
}

void ApicBus::end_level(uint8_t vector)
{
    if (level_eoi_)
        level_eoi_(vector);
}

} // namespace pagelab::dev
