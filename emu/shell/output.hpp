// Where a command's text goes: a stream, a file, or a program of the host's.
#pragma once

#include <cstdio>
#include <string>

#include "emu/base/error.hpp"

namespace pagelab::shell {

Result<> write_all(std::string const& text, std::FILE* out);

// Fails if the file cannot be written whole.
Result<> write_to_file(std::string const& text, std::string const& path, bool append);

// Runs `command` by sh with the text as its input; its output goes to `out`'s descriptor. A program
// that does not read all of it (head) is fine; an exit status other than 0 and 1 is an error.
Result<> write_to_pipe(std::string const& text, std::string const& command, std::FILE* out);

} // namespace pagelab::shell
