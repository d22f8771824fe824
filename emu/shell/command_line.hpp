// A line as typed, taken apart: words, an optional pipe, an optional file to write to.
//
//   buddy -c 5 --json | jq .zones > zones.json      x/8gx 0xc0000000      print zone->name >> log
//
// Words are parted by blanks; '...' and "..." keep blanks; # begins a comment. A | or > counts only
// at the start of a word, so expressions may hold -> and |. What follows | is the host shell's, to
// the end of the line. A format after the command's name (x/8gx) becomes a word of its own, /8gx.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "emu/base/error.hpp"

namespace pagelab::shell {

struct CommandLine {
    std::vector<std::string> words; // the first is the command; none: nothing to do
    std::string pipe;               // for sh -c; empty: none
    std::string file;               // empty: none
    bool append = false;            // >>
};

Result<CommandLine> parse_command_line(std::string_view line);

} // namespace pagelab::shell
