// The table, by group in the order in which `help` shows it.
#include "emu/shell/command_table.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "emu/shell/commands/commands.hpp"

namespace pagelab::shell {

namespace {

constexpr std::array kCommands = {
    &kHelp,      &kQuit,    &kGuest,     &kContinue,  &kStep,     &kNext,        &kUntil,
    &kFinish,    &kBreak,   &kWatch,     &kCatch,     &kPoints,   &kDelete,      &kCpu,
    &kSave,      &kRestore, &kSnapshots, &kRecord,    &kGoto,     &kReverseStep, &kReverseContinue,
    &kLastWrite, &kHistory, &kCore,      &kRegs,      &kGdt,      &kIdt,         &kTss,
    &kBt,        &kFrame,   &kLocals,    &kWalk,      &kWhy,      &kPt,          &kPhys2virt,
    &kTlb,       &kSetpte,  &kX,         &kXp,        &kHexdump,  &kFind,        &kDiff,
    &kCrc,       &kW,       &kWp,        &kDump,      &kLoad,     &kDisas,       &kSym,
    &kList,      &kPrint,   &kPtype,     &kStruct,    &kZones,    &kBuddy,       &kPcp,
    &kPage,      &kSlab,    &kObjects,   &kVmalloc,   &kKmap,     &kPercpu,      &kModules,
    &kTasks,     &kWhat,    &kCheck,     &kBuddyinfo, &kZoneinfo, &kSlabinfo,    &kVmallocinfo,
    &kIomem,     &kLeaks,   &kOwners,    &kEvents,    &kMap,      &kPlot,        &kHeat,
};

// Letters that users of other debuggers type without thinking.
constexpr std::array<std::pair<std::string_view, std::string_view>, 18> kAliases = {{
    {"b", "break"},
    {"c", "continue"},
    {"d", "delete"},
    {"exit", "quit"},
    {"h", "help"},
    {"hbreak", "break"}, // all of them are: memory is as it was
    {"n", "next"},
    {"ni", "next"},
    {"p", "print"},
    {"q", "quit"},
    {"r", "continue"},
    {"rc", "reverse-continue"},
    {"rsi", "reverse-step"},
    {"run", "continue"},
    {"s", "step"},
    {"si", "step"},
    {"whatis", "ptype"},
    {"where", "bt"},
}};

} // namespace

char const* name(Group group)
{
    switch (group) {
    case Group::Shell:
        return "shell";
    case Group::Execution:
        return "execution";
    case Group::Translation:
        return "translation";
    case Group::Memory:
        return "memory";
    case Group::Kernel:
        return "kernel structures";
    case Group::History:
        return "history";
    case Group::Pictures:
        return "pictures";
    }
    return "?";
}

std::span<Command const* const> all_commands()
{
    return kCommands;
}

std::vector<std::string> command_names(std::string_view beginning)
{
    std::vector<std::string> names;
    for (Command const* command : kCommands)
        if (std::string_view(command->name).starts_with(beginning))
            names.emplace_back(command->name);
    std::ranges::sort(names);
    return names;
}

Result<Command const*> find_command(std::string_view name)
{
    for (auto const& [alias, command] : kAliases)
        if (alias == name)
            name = command;
    for (Command const* command : kCommands)
        if (name == command->name)
            return command;
    auto const begun = command_names(name);
    if (begun.size() == 1)
        return find_command(begun.front());
    if (begun.empty())
        return fail("no command '{}' (try: help)", name);
    return fail("'{}' may be {}", name, fmt::join(begun, ", "));
}

} // namespace pagelab::shell
