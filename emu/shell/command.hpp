// Command: one thing the shell can do, as data.
//
// A command reads its target into a JSON document; its text is drawn from that document alone, so
// the two cannot differ. Its arguments are declared to CLI11, as the program's own are.
//
//   Command const kWalk = {"walk", Group::Translation, "each level of a translation",
//                          kHelp, kShape, declare_walk, walk_text};
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "emu/shell/json.hpp"

namespace pagelab::shell {

class Session;

enum class Group : uint8_t { Shell, Execution, Translation, Memory, Kernel, History, Pictures };
char const* name(Group group); // "translation"

// What an argument's completion offers.
enum class Completes : uint8_t { Nothing, Commands, Symbols, Types, Caches, Zones, Files, Moments };

// Reads the target. Called after the arguments that declare() bound are parsed.
using Reader = std::function<Result<Json>(Session&)>;

struct Command {
    char const* name;
    Group group;
    char const* summary; // one line, lower case, no full stop
    char const* help;    // theory, a picture of the structure, EXAMPLES
    char const* shape;   // of the document; see shape.hpp
    Reader (*declare)(CLI::App& arguments);
    std::string (*text)(Json const& document);
    Completes completes = Completes::Nothing;
};

} // namespace pagelab::shell
