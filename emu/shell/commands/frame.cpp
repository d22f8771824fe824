// frame: which frame of the stack names are looked up in.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/frames.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Selects a frame of the stack that `bt` showed last, by its number there: its variables are
those that `locals` shows and that expressions may name. When the machine has moved, it is frame 0
of the selected CPU's stack again.

  #0  schedule        <- frame 0: the running function
  #1  kthread         <- frame 1: who called it

EXAMPLES
  frame 1
  frame
)";

Result<Json> read(Session& session, std::optional<size_t> wanted)
{
    Frames const frames = TRY(stack_frames(session));
    size_t const number = wanted.value_or(session.frame());
    if (number >= frames.size())
        return fail("no frame {}: there are {}", number, frames.size());
    session.select_frame(number);
    return frame_json(session, frames[number], number);
}

Reader declare(CLI::App& arguments)
{
    auto const number = std::make_shared<std::optional<size_t>>();
    arguments.add_option("N", *number, "its number in bt");
    return [number](Session& session) { return read(session, *number); };
}

} // namespace

Command const kFrame = {"frame",
                        Group::Execution,
                        "select a frame of the stack",
                        kHelpText,
                        R"({"number": "number", "pc": "hex", "symbol": "string", "sp": "hex",
    "found_by": "string",
    "functions": [{"name": "string", "file": "string?", "line": "number?"}]})",
                        declare,
                        frame_text};

} // namespace pagelab::shell
