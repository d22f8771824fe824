// The shell's commands: one explicit table; a command is known by its name or an unambiguous
// beginning of it.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "emu/shell/command.hpp"

namespace pagelab::shell {

std::span<Command const* const> all_commands();

// Fails, with what was meant perhaps, if there is none or there are several.
Result<Command const*> find_command(std::string_view name);

std::vector<std::string> command_names(std::string_view beginning);

} // namespace pagelab::shell
