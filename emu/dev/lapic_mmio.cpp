// The local APIC's registers as its page shows them.
#include <utility>

#include "emu/dev/lapic.hpp"
#include "guestkernel/abi/x86/lapic.hpp"

namespace pagelab::dev {

using namespace x86::lapic;

namespace {

constexpr uint32_t kVersionValue = 0x0005'0014; // six LVT entries, an integrated xAPIC
constexpr uint32_t kCommandWritable = 0x000c'cfff;

// The writable bits of the LVT entries (SDM Figure 10-8), by index.
constexpr std::array<uint32_t, 6> kLvtWritable{
    0x0003'00ff, 0x0001'07ff, 0x0001'07ff, 0x0001'a7ff, 0x0001'a7ff, 0x0001'00ff,
};

constexpr bool is_in(uint32_t offset, uint32_t first, uint32_t last)
{
    return first <= offset && offset <= last;
}

} // namespace

uint32_t LocalApic::mmio_read(uint32_t offset)
{
    uint64_t const now = clock_.now_ns();
    advance_to(now);
    offset &= 0xff0;
    if (is_in(offset, kInService, kInService + 0x70))
        return in_service_.word((offset - kInService) >> 4);
    if (is_in(offset, kTriggerMode, kTriggerMode + 0x70))
        return level_.word((offset - kTriggerMode) >> 4);
    if (is_in(offset, kRequest, kRequest + 0x70))
        return request_.word((offset - kRequest) >> 4);
    if (is_in(offset, kLvtTimer, kLvtError))
        return lvt(offset);
    switch (offset) {
    case kId:
        return uint32_t{id_} << 24;
    case kVersion:
        return kVersionValue;
    case kTaskPriority:
        return task_priority_;
    case kProcessorPriority:
        return processor_priority();
    case kLogicalDestination:
        return logical_destination_;
    case kDestinationFormat:
        return destination_format_;
    case kSpuriousVector:
        return spurious_vector_;
    case kErrorStatus:
        return error_status_;
    case kCommandLow:
        return command_low_;
    case kCommandHigh:
        return command_high_;
    case kInitialCount:
        return timer_.initial_count();
    case kCurrentCount:
        return timer_.current_count(now);
    case kDivide:
        return timer_.divide_register();
    default:
        return 0;
    }
}

void LocalApic::mmio_write(uint32_t offset, uint32_t value)
{
    uint64_t const now = clock_.now_ns();
    advance_to(now);
    offset &= 0xff0;
    if (is_in(offset, kLvtTimer, kLvtError)) {
        write_lvt(offset, value);
        return;
    }
    switch (offset) {
    case kId:
        id_ = static_cast<uint8_t>(value >> 24);
        break;
    case kTaskPriority:
        task_priority_ = static_cast<uint8_t>(value);
        break;
    case kEndOfInterrupt:
        end_of_interrupt();
        break;
    case kLogicalDestination:
        logical_destination_ = value & 0xff00'0000;
        break;
    case kDestinationFormat:
        destination_format_ = value | 0x0fff'ffff;
        break;
    case kSpuriousVector:
        write_spurious_vector(value);
        break;
    case kErrorStatus:
        error_status_ = std::exchange(errors_, 0);
        break;
    case kCommandLow:
        command_low_ = value & kCommandWritable;
        send_command();
        break;
    case kCommandHigh:
        command_high_ = value & 0xff00'0000;
        break;
    case kInitialCount:
        timer_.start(value, now);
        break;
    case kDivide:
        timer_.set_divide_register(value, now);
        break;
    default:
        break;
    }
}

void LocalApic::write_lvt(uint32_t offset, uint32_t value)
{
    uint32_t entry = value & kLvtWritable[(offset - kLvtTimer) >> 4];
    if (!is_enabled())
        entry |= lvt::Masked::mask;
    lvt(offset) = entry;
    if (offset == kLvtTimer)
        timer_.set_mode(lvt::TimerPeriodic::is_set(entry) ? LapicTimer::Mode::Periodic
                                                          : LapicTimer::Mode::OneShot);
}

// Disabling masks every LVT entry (SDM 10.4.7.2); enabling unmasks none.
void LocalApic::write_spurious_vector(uint32_t value)
{
    spurious_vector_ = value & 0x3ff;
    if (is_enabled())
        return;
    for (uint32_t& entry : lvt_)
        entry |= lvt::Masked::mask;
}

} // namespace pagelab::dev
