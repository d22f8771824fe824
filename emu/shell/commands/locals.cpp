// locals: the variables of a frame.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/frames.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/value_tree.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Parameters and variables in sight in the selected frame, by the function they are of:

  order = 3                    in memory, or in a register that its caller can still tell
  page = <optimized out>       nowhere at this address

EXAMPLES
  locals
  frame 2        then: locals
  bt 2           then: frame 1, locals      a thread that sleeps
  cpu 1          then: locals
)";

Result<Json> read(Session& session)
{
    Frames const frames = TRY(stack_frames(session));
    if (session.frame() >= frames.size())
        return fail("no frame {}", session.frame());
    guest::CValues const& values = *TRY(session.values());
    ValueTree tree(values, {}, [&](uint64_t address) { return session.symbol_at(address); });
    Json variables = Json::array();
    for (guest::LocalVariable const& local : TRY(frame_locals(session, frames[session.frame()]))) {
        Json variable = {{"name", local.name},
                         {"function", local.function},
                         {"parameter", local.is_parameter},
                         {"type", local.type ? values.types().spell(*local.type) : "?"}};
        auto const value = local_value(local);
        variable["value"] = value ? tree.tree(*value) : Json{{"$unreadable", "optimized out"}};
        variables.push_back(std::move(variable));
    }
    return Json{{"frame", session.frame()}, {"variables", std::move(variables)}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    std::string result;
    std::string function;
    for (Json const& variable : document["variables"]) {
        if (plain(variable["function"]) != function) {
            function = plain(variable["function"]);
            result += function + ":\n";
        }
        result +=
            fmt::format("  {} = {}\n", plain(variable["name"]), value_text(variable["value"], 2));
    }
    return result.empty() ? "no variables in sight\n" : result;
}

} // namespace

Command const kLocals = {"locals",
                         Group::Execution,
                         "the variables of the selected frame",
                         kHelpText,
                         R"({"frame": "number", "variables": [{"name": "string",
    "function": "string", "parameter": "bool", "type": "string", "value": "any"}]})",
                         declare,
                         text};

} // namespace pagelab::shell
