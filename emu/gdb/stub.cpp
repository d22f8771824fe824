// Packets by their first letter; queries, threads, running and stopping. Memory and registers are
// in stub_access.cpp, the monitor's texts in stub_monitor.cpp.
#include "emu/gdb/stub.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "emu/gdb/packet.hpp"

namespace pagelab::gdb {

namespace {

constexpr char kUnsupported[] = "", kOk[] = "OK", kBadRequest[] = "E22";
constexpr unsigned kStepWithoutInterrupts = 2;

} // namespace

Answer Stub::answer(std::string_view packet)
{
    std::string_view rest = packet.empty() ? packet : packet.substr(1);
    switch (packet.empty() ? '\0' : packet.front()) {
    case '?':
        return {fmt::format("T05thread:{:x};", cpu_ + 1)};
    case 'g':
        return {read_all_registers()};
    case 'G':
        return {write_all_registers(rest)};
    case 'p':
        return {read_one_register(rest)};
    case 'P':
        return {write_one_register(rest)};
    case 'm':
        return {read_memory(rest)};
    case 'x':
        return {read_binary(rest)};
    case 'M':
    case 'X':
        return {write_memory(rest, packet.front() == 'M' ? Spelling::Hex : Spelling::Binary)};
    case 'Z':
        return {insert_point(rest)};
    case 'z':
        return {remove_point(rest)};
    case 'H':
        return {select_thread(rest.empty() ? rest : rest.substr(1))};
    case 'T': {
        auto const thread = take_hex(rest);
        return {thread && *thread - 1 < machine_.cpus() ? kOk : kBadRequest};
    }
    case 'q':
        return {query(rest)};
    case 'Q':
        return {set(rest)};
    case 'c':
    case 's':
    case 'C':
    case 'S':
    case 'v':
        return resume(packet);
    case 'b':
        return resume_back(packet);
    case 'D':
        remove_points();
        return {kOk, Next::Detach};
    case 'k':
        return {"", Next::Kill};
    default:
        return {kUnsupported};
    }
}

Answer Stub::resume(std::string_view packet)
{
    if (packet == "vCont?")
        return {"vCont;c;C;s;S"};
    if ((take(packet, "vCont;") && !packet.empty()) || !packet.starts_with('v')) {
        bool const step = packet.starts_with('s') || packet.starts_with('S');
        return {"", step ? Next::Step : Next::Continue};
    }
    if (packet.starts_with("vKill"))
        return {kOk, Next::Kill};
    return {kUnsupported};
}

machine::Outcome Stub::go_on(Next next)
{
    at_begin_ = false;
    auto outcome = machine::Outcome::Stopped;
    // What was held back could not be repeated.
    bool const held = (step_flags_ & kStepWithoutInterrupts) != 0 && !is_recording();
    if (next == Next::StepBack || next == Next::ContinueBack) {
        if (!go_back(next))
            stop_ = {.reason = cpu::DebugStop::Reason::Requested, .cpu = machine_.current_cpu()};
    } else {
        outcome = next == Next::Step
                      ? machine_.step(held ? cpu::StepInterrupts::Held : cpu::StepInterrupts::Taken)
                      : machine_.run();
        stop_ = machine_.debug_stop();
        stop_at_ = machine_.engine().instructions();
    }
    cpu_ = machine_.current_cpu();
    return outcome;
}

std::string Stub::describe_stop(machine::Outcome outcome)
{
    constexpr int kInterrupt = 2, kTrap = 5, kSegmentationFault = 11;
    if (outcome == machine::Outcome::Exit)
        return fmt::format("W{:02x}", std::min(machine_.exit_status(), 255u));
    if (outcome == machine::Outcome::Reset || outcome == machine::Outcome::Interrupted)
        return "W00";
    if (outcome != machine::Outcome::Stopped)
        return fmt::format("T{:02x}thread:{:x};", kSegmentationFault, cpu_ + 1);
    cpu::DebugStop const& stop = stop_;
    using Reason = cpu::DebugStop::Reason;
    int const signal = stop.reason == Reason::Requested ? kInterrupt : kTrap;
    std::string text = fmt::format("T{:02x}thread:{:x};{}", signal, stop.cpu + 1,
                                   at_begin_ ? "replaylog:begin;" : "");
    for (auto const& [key, id] : points_) {
        if (id != stop.point ||
            (stop.reason != Reason::Breakpoint && stop.reason != Reason::Watchpoint))
            continue;
        auto const& [kind, address, size] = key;
        if (kind == '0' || kind == '1')
            text += kind == '0' ? "swbreak:;" : "hwbreak:;";
        else
            text += fmt::format("{}:{:x};",
                                kind == '2'   ? "watch"
                                : kind == '3' ? "rwatch"
                                              : "awatch",
                                address);
    }
    return text;
}

std::string Stub::query(std::string_view packet)
{
    if (packet.starts_with("Supported"))
        return "PacketSize=4000;qXfer:features:read+;vContSupported+;QStartNoAckMode+;"
               "swbreak+;hwbreak+;binary-upload+;ReverseStep+;ReverseContinue+";
    if (packet == "Attached")
        return "1";
    if (packet == "GDBServerVersion")
        return "name:pagelab;version:1;";
    if (packet == "C")
        return fmt::format("QC{:x}", cpu_ + 1);
    if (packet == "fThreadInfo")
        return list_threads();
    if (packet == "sThreadInfo")
        return "l";
    if (packet == "qemu.sstepbits")
        return "ENABLE=1,NOIRQ=2,NOTIMER=4";
    if (packet == "qemu.sstep")
        return fmt::format("0x{:x}", step_flags_);
    if (packet == "qemu.PhyMemMode")
        return physical_ ? "1" : "0";
    if (take(packet, "ThreadExtraInfo,")) {
        auto const thread = take_hex(packet);
        if (!thread || *thread - 1 >= machine_.cpus())
            return kBadRequest;
        auto const cpu = static_cast<unsigned>(*thread - 1);
        bool const runs = machine_.activity(cpu) == machine::Activity::Runs;
        return to_hex(fmt::format("CPU#{} [{}]", cpu, runs ? "running" : "halted"));
    }
    if (take(packet, "Xfer:features:read:target.xml:"))
        return transfer(packet);
    if (take(packet, "Rcmd,"))
        return monitor(packet);
    return kUnsupported;
}

std::string Stub::set(std::string_view packet)
{
    if (packet == "StartNoAckMode")
        return kOk;
    if (packet == "qemu.sstepbits") // as some clients spell the query
        return query("qemu.sstepbits");
    if (take(packet, "qemu.sstep=") || take(packet, "qemu.sstep:")) {
        take(packet, "0x");
        auto const flags = take_hex(packet);
        if (!flags || *flags > 7)
            return kBadRequest;
        step_flags_ = static_cast<unsigned>(*flags);
        return kOk;
    }
    if (take(packet, "qemu.PhyMemMode:")) {
        if (packet != "0" && packet != "1")
            return kBadRequest;
        physical_ = packet == "1";
        return kOk;
    }
    return kUnsupported;
}

// "OFFSET,LENGTH" of the description: 'm' and a part of it, or 'l' and the last.
std::string Stub::transfer(std::string_view packet) const
{
    auto const offset = take_hex(packet);
    take(packet, ",");
    auto const length = take_hex(packet);
    std::string const xml = describe_target(architecture_);
    if (!offset || !length || *offset > xml.size())
        return kBadRequest;
    std::string const part = xml.substr(*offset, *length);
    return (*offset + part.size() < xml.size() ? "m" : "l") + part;
}

std::string Stub::list_threads() const
{
    std::string text = "m";
    for (unsigned cpu = 0; cpu < machine_.cpus(); ++cpu)
        text += fmt::format("{}{:x}", cpu == 0 ? "" : ",", cpu + 1);
    return text;
}

std::string Stub::select_thread(std::string_view packet)
{
    if (packet == "-1" || packet == "0")
        return kOk;
    auto const thread = take_hex(packet);
    if (!thread || *thread - 1 >= machine_.cpus())
        return kBadRequest;
    cpu_ = static_cast<unsigned>(*thread - 1);
    return kOk;
}

} // namespace pagelab::gdb
