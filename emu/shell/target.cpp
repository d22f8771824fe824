// Views made when asked for, dropped when the machine has moved.
#include "emu/shell/target.hpp"

namespace pagelab::shell {

Target::Target(machine::Machine& machine, std::filesystem::path kernel_file)
    : memory_(machine.memory()), machine_(&machine), kernel_file_(std::move(kernel_file)),
      cpu_(machine.current_cpu())
{
}

Target::Target(mem::PhysicalMemory& memory, std::vector<cpu::CpuState> states,
               std::filesystem::path kernel_file)
    : memory_(memory), states_(std::move(states)), kernel_file_(std::move(kernel_file))
{
    ENSURE(!states_.empty(), "target without a processor");
}

unsigned Target::cpus() const
{
    return machine_ != nullptr ? machine_->cpus() : static_cast<unsigned>(states_.size());
}

Result<> Target::select_cpu(unsigned cpu)
{
    if (cpu >= cpus())
        return fail("no processor {}: there are {}", cpu, cpus());
    cpu_ = cpu;
    moved();
    return {};
}

cpu::CpuState Target::state() const
{
    return machine_ != nullptr ? machine_->registers(cpu_).state : states_[cpu_];
}

std::vector<cpu::CpuState> Target::states() const
{
    if (machine_ == nullptr)
        return states_;
    std::vector<cpu::CpuState> states;
    for (unsigned cpu = 0; cpu < machine_->cpus(); ++cpu)
        states.push_back(machine_->registers(cpu).state);
    return states;
}

Target::Memory const& Target::virtual_memory()
{
    if (!virtual_)
        virtual_.emplace(memory_, context());
    return *virtual_;
}

Result<guest::TypeTable const*> Target::types()
{
    if (kernel_file_.empty())
        return fail("no kernel file, so no type information");
    if (!types_)
        types_ = TRY(guest::TypeTable::load(kernel_file_));
    return &*types_;
}

Result<guest::KernelView const*> Target::kernel()
{
    guest::TypeTable const* const known = TRY(types());
    if (!kernel_)
        kernel_.emplace(*known, virtual_memory());
    return &*kernel_;
}

Result<guest::CTypes const*> Target::c_types()
{
    guest::TypeTable const* const known = TRY(types());
    if (!c_types_)
        c_types_.emplace(*known);
    return &*c_types_;
}

Result<guest::CodeMap const*> Target::code()
{
    guest::TypeTable const* const known = TRY(types());
    if (!code_)
        code_.emplace(*known);
    return &*code_;
}

void Target::moved()
{
    ++generation_;
    kernel_.reset();
    virtual_.reset();
}

} // namespace pagelab::shell
