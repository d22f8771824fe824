// What one APIC sends another: an interrupt, for whom, and how.
//
// Source: Intel SDM volume 3, section 10.6.1 "Interrupt Command Register", of which an I/O APIC's
// redirection entry is the same fields.
#pragma once

#include <cstdint>

namespace pagelab::dev {

enum class TriggerMode : uint8_t { Edge = 0, Level = 1 };
enum class DestinationMode : uint8_t { Physical = 0, Logical = 1 };

// Three bits wide; the missing numbers are reserved.
enum class DeliveryMode : uint8_t {
    Fixed = 0,
    LowestPriority = 1,
    Smi = 2,
    Nmi = 4,
    Init = 5,
    StartUp = 6,
    ExtInt = 7,
};

struct ApicMessage {
    uint8_t vector = 0;
    DeliveryMode delivery = DeliveryMode::Fixed;
    TriggerMode trigger = TriggerMode::Edge;
    DestinationMode destination_mode = DestinationMode::Physical;
    uint8_t destination = 0; // APIC ID, or a set of logical ones; 0xff is everybody
};

} // namespace pagelab::dev
