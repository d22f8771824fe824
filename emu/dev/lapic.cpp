// The local APIC's register file, acceptance of interrupts, and priorities.
//
// A vector's priority class is its upper four bits. The highest pending vector is delivered if its
// class is above the processor priority: the higher of TPR's class and that of what is in service
// (SDM 10.8.3).
#include "emu/dev/lapic.hpp"

#include <algorithm>
#include <utility>

#include "emu/dev/lapic_registers.hpp"

namespace pagelab::dev {

using namespace lapic;

namespace {

constexpr uint32_t kVersionValue = 0x0005'0014; // six LVT entries, an integrated xAPIC
constexpr unsigned kFirstLegalVector = 16;
constexpr uint32_t kCommandWritable = 0x000c'cfff;

// The writable bits of the LVT entries (SDM Figure 10-8), by index.
constexpr std::array<uint32_t, 6> kLvtWritable{
    0x0003'00ff, 0x0001'07ff, 0x0001'07ff, 0x0001'a7ff, 0x0001'a7ff, 0x0001'00ff,
};

enum Shorthand : unsigned { kNoShorthand, kSelf, kAllIncludingSelf, kAllExcludingSelf };

constexpr unsigned priority_class(unsigned vector)
{
    return vector >> 4;
}

constexpr bool is_in(uint32_t offset, uint32_t first, uint32_t last)
{
    return first <= offset && offset <= last;
}

} // namespace

LocalApic::LocalApic(Clock const& clock, uint8_t id) : clock_(clock), id_(id)
{
    lvt_.fill(lvt::Masked::mask);
}

bool LocalApic::is_enabled() const
{
    return svr::Enabled::is_set(spurious_vector_);
}

bool LocalApic::passes_pic() const
{
    uint32_t const lint0 = lvt(kLvtLint0);
    bool const ext_int = lvt::Delivery::get(lint0) == static_cast<unsigned>(DeliveryMode::ExtInt);
    return !is_enabled() || (!lvt::Masked::is_set(lint0) && ext_int);
}

uint32_t& LocalApic::lvt(uint32_t offset)
{
    return lvt_[(offset - kLvtTimer) >> 4];
}

uint32_t LocalApic::lvt(uint32_t offset) const
{
    return lvt_[(offset - kLvtTimer) >> 4];
}

uint8_t LocalApic::processor_priority() const
{
    uint8_t const serving = in_service_.highest().value_or(0);
    if (priority_class(task_priority_) >= priority_class(serving))
        return task_priority_;
    return serving & 0xf0;
}

bool LocalApic::has_interrupt() const
{
    auto const vector = request_.highest();
    return is_enabled() && vector && priority_class(*vector) > priority_class(processor_priority());
}

uint8_t LocalApic::acknowledge()
{
    if (!has_interrupt())
        return static_cast<uint8_t>(svr::Vector::get(spurious_vector_));
    uint8_t const vector = *request_.highest();
    request_.erase(vector);
    in_service_.insert(vector);
    return vector;
}

void LocalApic::end_of_interrupt()
{
    auto const vector = in_service_.highest();
    if (!vector)
        return;
    in_service_.erase(*vector);
    if (level_.contains(*vector) && level_eoi_)
        level_eoi_(*vector);
}

// SDM 10.6.2.1 and 10.6.2.2; the cluster model is told from the flat one by DFR bits 31:28.
bool LocalApic::is_destination(ApicMessage const& message) const
{
    unsigned const destination = message.destination;
    if (destination == 0xff)
        return true;
    if (message.destination_mode == DestinationMode::Physical)
        return destination == id_;
    unsigned const own = logical_destination_ >> 24;
    if (destination_format_ >> 28 == 0xf)
        return (own & destination) != 0;
    return own >> 4 == destination >> 4 && (own & destination & 0x0f) != 0;
}

bool LocalApic::receive(ApicMessage const& message)
{
    bool const vectored =
        message.delivery == DeliveryMode::Fixed || message.delivery == DeliveryMode::LowestPriority;
    if (!is_enabled() || !vectored || !is_destination(message))
        return false;
    if (message.vector < kFirstLegalVector) {
        report_error(esr::kReceiveIllegalVector);
        return false;
    }
    request_.insert(message.vector);
    if (message.trigger == TriggerMode::Level)
        level_.insert(message.vector);
    else
        level_.erase(message.vector);
    return true;
}

void LocalApic::raise_local(uint32_t lvt_offset)
{
    uint32_t const entry = lvt(lvt_offset);
    auto const vector = static_cast<uint8_t>(lvt::Vector::get(entry));
    if (!lvt::Masked::is_set(entry))
        receive({.vector = vector, .destination = id_});
}

// An error entry with an illegal vector of its own would report that for ever.
void LocalApic::report_error(uint32_t bit)
{
    errors_ |= bit;
    if (lvt::Vector::get(lvt(kLvtError)) >= kFirstLegalVector)
        raise_local(kLvtError);
}

void LocalApic::send_command()
{
    auto const vector = static_cast<uint8_t>(icr::Vector::get(command_low_));
    auto const delivery = static_cast<DeliveryMode>(icr::Delivery::get(command_low_));
    ApicMessage message{.vector = vector,
                        .delivery = delivery,
                        .destination_mode =
                            static_cast<DestinationMode>(icr::Logical::get(command_low_)),
                        .destination = static_cast<uint8_t>(icr::Destination::get(command_high_))};
    if (delivery == DeliveryMode::Fixed && vector < kFirstLegalVector) {
        report_error(esr::kSendIllegalVector);
        return;
    }
    switch (icr::Shorthand::get(command_low_)) {
    case kNoShorthand:
        break;
    case kAllExcludingSelf:
        return;
    default:
        message.destination_mode = DestinationMode::Physical;
        message.destination = id_;
        break;
    }
    receive(message);
}

std::optional<uint64_t> LocalApic::next_event_ns() const
{
    if (lvt::Masked::is_set(lvt(kLvtTimer)))
        return std::nullopt;
    return timer_.next_expiry();
}

void LocalApic::advance_to(uint64_t now_ns)
{
    if (timer_.expire(now_ns))
        raise_local(kLvtTimer);
}

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
