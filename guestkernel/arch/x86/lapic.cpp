// This CPU's local APIC.
#include "guestkernel/arch/x86/lapic.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/lib/spinlock.hpp"

namespace pagelab::arch {

namespace lapic = x86::lapic;

namespace {

constexpr auto vector_of(SystemVector vector)
{
    return static_cast<uint32_t>(vector);
}

void send(unsigned apic_id, uint64_t command)
{
    while (lapic::icr::Pending::is_set(lapic_read(lapic::kCommandLow)))
        lib::cpu_relax();
    lapic_write(lapic::kCommandHigh, static_cast<uint32_t>(lapic::icr::Destination::make(apic_id)));
    lapic_write(lapic::kCommandLow, static_cast<uint32_t>(command));
}

constexpr uint64_t edge(lapic::Delivery delivery, uint64_t vector)
{
    return lapic::icr::Delivery::make(delivery) | lapic::icr::Vector::make(vector) |
           lapic::icr::Assert::mask;
}

} // namespace

mm::Result<> lapic_map(mm::vmap_table const& tables, PhysAddr registers)
{
    return mm::map_range(tables, kApicBase, registers, kPageSize, kPageIo);
}

uint32_t lapic_read(lapic::Offset offset)
{
    return *reinterpret_cast<uint32_t volatile*>(kApicBase + offset);
}

void lapic_write(lapic::Offset offset, uint32_t value)
{
    *reinterpret_cast<uint32_t volatile*>(kApicBase + offset) = value;
}

unsigned lapic_id()
{
    return static_cast<unsigned>(lapic::id::Id::get(lapic_read(lapic::kId)));
}

void lapic_setup(lapic_role role)
{
    constexpr uint32_t kMasked = lapic::lvt::Masked::mask;
    bool const is_boot_cpu = role == lapic_role::boot_cpu;
    lapic_write(lapic::kTaskPriority, 0);
    lapic_write(lapic::kLvtTimer, kMasked);
    lapic_write(lapic::kSpuriousVector,
                lapic::svr::Enabled::mask | vector_of(SystemVector::spurious));
    lapic_write(lapic::kLvtLint0,
                is_boot_cpu ? lapic::lvt::Delivery::make(lapic::kExtInt) : kMasked);
    lapic_write(lapic::kLvtLint1, is_boot_cpu ? lapic::lvt::Delivery::make(lapic::kNmi) : kMasked);
    lapic_write(lapic::kLvtError, vector_of(SystemVector::error));
}

void lapic_send_ipi(unsigned apic_id, SystemVector vector)
{
    send(apic_id, edge(lapic::kFixed, vector_of(vector)));
}

void lapic_send_nmi(unsigned apic_id)
{
    send(apic_id, edge(lapic::kNmi, 0));
}

void lapic_send_init(unsigned apic_id)
{
    uint64_t const init =
        lapic::icr::Delivery::make(lapic::kInit) | lapic::icr::LevelTriggered::mask;
    send(apic_id, init | lapic::icr::Assert::mask);
    send(apic_id, init);
}

void lapic_send_startup(unsigned apic_id, unsigned page)
{
    send(apic_id, edge(lapic::kStartUp, page));
}

} // namespace pagelab::arch
