// goto: to any instruction of the recorded past.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(ICOUNT is the number of instructions executed since power-on, of all processors, as
every stop says. Needs `record`. Points do not stop it.

EXAMPLES
  goto 20000000
  goto end               where the machine was before it went back
)";

Reader declare(CLI::App& arguments)
{
    auto const where = std::make_shared<std::string>();
    arguments.add_option("ICOUNT", *where, "instructions since power-on; or: begin, end")
        ->required();
    return [where](Session& session) -> Result<Json> {
        machine::Timeline& timeline = *TRY(session.timeline());
        if (!timeline.is_on())
            return fail("nothing is recorded (try: record)");
        uint64_t const count = *where == "begin" ? timeline.begin()
                               : *where == "end" ? timeline.end()
                                                 : TRY(session.evaluate(*where));
        auto const gone = timeline.go_to(count);
        Json document = TRY(arrive(session, Arrival::AtCount));
        TRY(gone);
        return document;
    };
}

} // namespace

Command const kGoto = {"goto",    Group::Execution, "go to an instruction of the recorded past",
                       kHelpText, kStopShape,       declare,
                       stop_text};

} // namespace pagelab::shell
