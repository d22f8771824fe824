// Accepting, ordering, delivering and sending interrupts; lapic_mmio.cpp has the register file.
//
// A vector's priority class is its upper four bits. The highest pending vector is delivered if its
// class is above the processor priority: the higher of TPR's class and that of what is in service
// (SDM 10.8.3).
#include "emu/dev/lapic.hpp"

#include "emu/dev/apic_bus.hpp"
#include "guestkernel/abi/x86/lapic.hpp"

namespace pagelab::dev {

using namespace x86::lapic;

namespace {

constexpr unsigned kFirstLegalVector = 16;
constexpr uint8_t kEverybody = 0xff;
constexpr uint32_t kFlatModel = 0xffff'ffff, kDisabled = 0xff; // DFR and SVR after reset

enum Shorthand : unsigned { kNoShorthand, kSelf, kAllIncludingSelf, kAllExcludingSelf };

constexpr unsigned priority_class(unsigned vector)
{
    return vector >> 4;
}

} // namespace

LocalApic::LocalApic(Clock const& clock, uint8_t id, ApicBus& bus)
    : clock_(clock), bus_(bus), id_(id)
{
    reset();
}

void LocalApic::reset()
{
    nmi_ = false;
    init_ = false;
    start_up_.reset();
    task_priority_ = 0;
    logical_destination_ = 0;
    destination_format_ = kFlatModel;
    spurious_vector_ = kDisabled;
    command_low_ = command_high_ = 0;
    error_status_ = errors_ = 0;
    lvt_.fill(lvt::Masked::mask);
    request_ = in_service_ = level_ = {};
    timer_ = {};
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
    if (level_.contains(*vector))
        bus_.end_level(*vector);
}

// SDM 10.6.2.1 and 10.6.2.2; the cluster model is told from the flat one by DFR bits 31:28.
bool LocalApic::is_destination(ApicMessage const& message) const
{
    unsigned const destination = message.destination;
    if (destination == kEverybody)
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
    switch (message.delivery) {
    case DeliveryMode::Nmi:
        nmi_ = true;
        return true;
    case DeliveryMode::Init:
        init_ = true;
        start_up_.reset();
        return true;
    case DeliveryMode::StartUp:
        start_up_ = message.vector;
        return true;
    case DeliveryMode::Fixed:
    case DeliveryMode::LowestPriority:
        break;
    default:
        return false;
    }
    if (!is_enabled())
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
        receive({.vector = vector});
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
    bool const level = icr::LevelTriggered::is_set(command_low_);
    if (delivery == DeliveryMode::Init && level && !icr::Assert::is_set(command_low_))
        return; // the de-assertion that old CPUs wanted: nobody does anything
    uint64_t const shorthand = icr::Shorthand::get(command_low_);
    if (shorthand != kNoShorthand)
        message.destination_mode = DestinationMode::Physical;
    if (shorthand == kSelf)
        message.destination = id_;
    else if (shorthand != kNoShorthand)
        message.destination = kEverybody;
    bus_.send(message, shorthand == kAllExcludingSelf ? this : nullptr);
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

} // namespace pagelab::dev
