// A breakpoint for the time of one command.
#include "emu/shell/run_to.hpp"

namespace pagelab::shell {

Result<Json> run_to(Session& session, Place const& place)
{
    machine::Machine* const machine = TRY(session.machine());
    cpu::PointId const id =
        TRY(machine->add_point(cpu::Breakpoint{cpu::AddressSpace::Virtual, place.address}));
    unsigned const cpu = machine->current_cpu();
    auto document = run_machine(session, [&](machine::Machine& it) {
        return it.run_until([&](cpu::DebugStop const& stop) {
            return stop.point != id ||
                   (stop.cpu == cpu && it.engine().state().gpr[cpu::Rsp] > place.stack_above);
        });
    });
    machine->remove_point(id);
    return document;
}

} // namespace pagelab::shell
