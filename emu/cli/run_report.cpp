// Reports of a finished run.
#include "emu/cli/run_report.hpp"

#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "emu/cpu/linear_access.hpp"
#include "guestkernel/abi/x86/vectors.hpp"

namespace pagelab::cli {

using machine::Outcome;

namespace {

std::string vector_label(unsigned vector)
{
    std::string const mnemonic = x86::vector_mnemonic(vector);
    return mnemonic.empty() ? fmt::format("{:#04x}", vector) : "#" + mnemonic;
}

std::string describe_walk(machine::Machine& machine, uint64_t address)
{
    auto const context = cpu::paging_context(machine.engine().state());
    auto const result = mmu::translate(context, machine.memory(), VirtAddr(address),
                                       {mmu::Operation::Read, mmu::Requester::Supervisor});
    std::string text = fmt::format("walk of {:#x} ({}, cr3 {:#x}):\n", address,
                                   mmu::name(mmu::paging_mode(context)), context.cr3);
    auto const& trace = result ? result->trace : result.error().trace;
    for (mmu::WalkStep const& step : trace)
        text += fmt::format("  level {}  at {:#011x}  {:016x}\n", step.level, step.entry.value,
                            step.raw);
    if (result)
        text += fmt::format("  -> {:#x}\n", result->address.value);
    else
        text += fmt::format("  -> fault, error code {:#x}\n", result.error().error_code);
    return text;
}

nlohmann::json counts_by_vector(std::array<uint64_t, 256> const& counts)
{
    auto object = nlohmann::json::object();
    for (unsigned vector = 0; vector < counts.size(); ++vector)
        if (counts[vector] != 0)
            object[std::to_string(vector)] = counts[vector];
    return object;
}

} // namespace

int exit_status(Outcome outcome, machine::Machine const& machine,
                CommandLineAttendant const& attendant)
{
    switch (outcome) {
    case Outcome::Exit:
        return static_cast<int>(std::min<uint32_t>(machine.exit_status(), 255));
    case Outcome::Interrupted:
        return attendant.end() == EndOfRun::Timeout ? kExitTimeout : 0;
    case Outcome::TripleFault:
        return kExitTripleFault;
    case Outcome::Failure:
        return kExitBadUsage;
    case Outcome::Halted:
    case Outcome::Reset:
    case Outcome::Stopped:
        return 0;
    }
    return 0;
}

std::string describe_triple_fault(machine::Machine& machine)
{
    cpu::CpuState const state = machine.engine().state();
    std::string text =
        fmt::format("triple fault at {:04x}:{:016x}, instruction {}\n",
                    state.segment[cpu::Cs].selector, state.rip, machine.engine().instructions());
    for (cpu::Event const& event : machine.engine().last_delivery().attempts)
        text +=
            fmt::format("  {} error code {:#x}\n", vector_label(event.vector), event.error_code);
    if ((state.cr0 >> 31) != 0)
        text += describe_walk(machine, state.cr2);
    return text;
}

void explain_outcome(Outcome outcome, machine::Machine& machine,
                     CommandLineAttendant const& attendant)
{
    switch (outcome) {
    case Outcome::Exit:
    case Outcome::Stopped:
        break;
    case Outcome::Interrupted:
        if (attendant.end() == EndOfRun::Timeout)
            fmt::print(stderr, "pagelab: timeout after {} instructions\n",
                       machine.engine().instructions());
        if (attendant.end() == EndOfRun::Key)
            fmt::print(stderr, "pagelab: ended by Ctrl-A x\n");
        break;
    case Outcome::Halted:
        fmt::print(stderr, "pagelab: the guest halted with interrupts off\n");
        break;
    case Outcome::Reset:
        fmt::print(stderr, "pagelab: the guest reset the machine\n");
        break;
    case Outcome::TripleFault:
        fmt::print(stderr, "pagelab: {}", describe_triple_fault(machine));
        break;
    case Outcome::Failure:
        fmt::print(stderr, "pagelab: {}\n", machine.engine().failure());
        break;
    }
}

Result<> write_statistics(std::filesystem::path const& file, machine::Machine& machine,
                          double wall_seconds)
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    auto const& counts = machine.engine().statistics();
    nlohmann::json const json = {
        {"instructions", machine.engine().instructions()},
        {"blocks", counts.blocks},
        {"block_calls", counts.block_calls},
        {"cpu_switches", counts.switches},
        {"translations", counts.translations},
        {"virtual_ns", machine.now_ns()},
        {"exceptions", counts_by_vector(counts.exceptions)},
        {"interrupts", counts_by_vector(counts.interrupts)},
        {"wall_seconds", wall_seconds},
        {"peak_host_kib", usage.ru_maxrss},
    };
    std::ofstream out(file);
    out << json.dump(2) << '\n';
    if (!out.flush())
        return fail("cannot write statistics to '{}'", file.string());
    return {};
}

} // namespace pagelab::cli
