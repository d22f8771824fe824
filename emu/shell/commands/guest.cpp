// guest: types a line at the guest's console and shows what the guest prints.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(The machine runs until the guest waits for the next line.

EXAMPLES
  guest 'cat /proc/buddyinfo'
  guest dmesg | tail -5
)";

Result<Json> read(Session& session, std::vector<std::string> const& words)
{
    Runner* const runner = TRY(session.runner());
    auto printed = runner->type(fmt::format("{}", fmt::join(words, " ")));
    session.target().moved();
    if (!printed)
        return std::unexpected(printed.error());
    return Json{{"output", std::move(*printed)}};
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
    return plain(document["output"]);
}

} // namespace

Command const kGuest = {"guest",
                        Group::Execution,
                        "type a line at the guest's console and see what it prints",
                        kHelpText,
                        R"({"output": "string"})",
                        declare,
                        text};

} // namespace pagelab::shell
