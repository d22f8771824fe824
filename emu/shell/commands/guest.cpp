// guest: types a line at the guest's console and shows what the guest prints.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/time_travel.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(The machine runs until the guest waits for the next line, or
something stops it (see `break`, `watch`, `catch`): then `continue` lets it go on.

EXAMPLES
  guest 'cat /proc/buddyinfo'
  guest dmesg | tail -5
)";

// Without the echo of what was typed, and the prompt after it.
std::string answer_in(std::string const& printed)
{
    auto const first = printed.find('\n');
    auto const last = printed.rfind('\n');
    return first == printed.npos ? "" : printed.substr(first + 1, last - first);
}

Result<Json> read(Session& session, std::vector<std::string> const& words)
{
    Runner* const runner = TRY(session.runner());
    TRY(leave_past(session));
    std::string line = fmt::format("{}", fmt::join(words, " "));
    std::string printed;
    auto outcome = machine::Outcome::Stopped;
    auto const type = [&]() -> Result<machine::Outcome> {
        outcome = TRY(runner->type(std::exchange(line, ""), printed));
        return outcome;
    };
    Json stop = TRY(run_machine(session, type));
    Json document = {{"output", answer_in(printed)}};
    if (outcome != machine::Outcome::Interrupted)
        document["stop"] = std::move(stop);
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const words = std::make_shared<std::vector<std::string>>();
    arguments.add_option("LINE", *words, "what to type")->required();
    arguments.prefix_command();
    return [words, &arguments](Session& session) {
        std::vector<std::string> all = *words;
        for (std::string const& word : arguments.remaining())
            all.push_back(word);
        return read(session, all);
    };
}

std::string text(Json const& document)
{
    return plain(document["output"]) +
           (document.contains("stop") ? stop_text(document["stop"]) : "");
}

} // namespace

Command const kGuest = {"guest",
                        Group::Execution,
                        "type a line at the guest's console and see what it prints",
                        kHelpText,
                        R"({"output": "string", "stop": "any?"})",
                        declare,
                        text};

} // namespace pagelab::shell
