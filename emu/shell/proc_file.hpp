// A command that is one of /proc's files: its document is the file's text, as the kernel has it.
#pragma once

#include <string>

#include "emu/shell/session.hpp"

namespace pagelab::shell {

// compute: the text, from raw memory.
template<Result<std::string> (*compute)(guest::KernelView const&)>
constexpr Command proc_file(char const* name, char const* summary, char const* help)
{
    Command command{};
    command.name = name;
    command.group = Group::Kernel;
    command.summary = summary;
    command.help = help;
    command.shape = R"({"text": "string"})";
    command.declare = [](CLI::App&) -> Reader {
        return [](Session& session) -> Result<Json> {
            guest::KernelView const* const kernel = TRY(session.target().kernel());
            return Json{{"text", TRY(compute(*kernel))}};
        };
    };
    command.text = [](Json const& document) { return plain(document["text"]); };
    return command;
}

} // namespace pagelab::shell
