// Arriving somewhere else in time.
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

Result<> arrive(Session& session)
{
    return session.target().select_cpu(TRY(session.machine())->current_cpu());
}

Result<Json> arrive(Session& session, Arrival arrival)
{
    TRY(arrive(session));
    machine::Machine& machine = *TRY(session.machine());
    uint64_t const rip = machine.engine().state().linear_rip();
    cpu::DebugStop const here = {.cpu = machine.current_cpu(), .rip = rip, .instruction = rip};
    return stop_document(session, machine::Outcome::Stopped,
                         arrival == Arrival::AtStop ? machine.debug_stop() : here);
}

Result<> leave_past(Session& session)
{
    auto const runner = session.runner();
    if (!runner || !(*runner)->recorder().is_past())
        return {};
    TRY(session.timeline())->forget_future();
    (*runner)->moved((*runner)->recorder().is_awaited());
    return {};
}

Result<> with_watchpoint(Session& session, cpu::Watchpoint const& watchpoint,
                         std::function<Result<>()> const& use)
{
    machine::Machine* const machine = TRY(session.machine());
    cpu::PointId const id = TRY(machine->add_point(watchpoint));
    auto const used = use();
    machine->remove_point(id);
    return used;
}

bool is_for(cpu::DebugStop const& stop, cpu::Watchpoint const& watchpoint)
{
    bool const is_physical = watchpoint.space == cpu::AddressSpace::Physical;
    uint64_t const address = is_physical ? stop.physical.value : stop.address;
    bool const is_wanted = watchpoint.accesses == cpu::AccessMask::ReadWrite ||
                           stop.operation == mmu::Operation::Write;
    return stop.reason == cpu::DebugStop::Reason::Watchpoint && is_wanted &&
           address < watchpoint.address + watchpoint.size &&
           watchpoint.address < address + stop.size;
}

} // namespace pagelab::shell
