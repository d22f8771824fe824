// help: all commands by group, or one with its arguments, examples and the shape of its JSON.
#include "emu/shell/command_table.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

// "walk VA [--cr3 CR3]"
std::string synopsis(Command const& command)
{
    CLI::App arguments(command.summary, command.name);
    command.declare(arguments);
    std::string result = command.name;
    for (CLI::Option const* option : arguments.get_options()) {
        if (option->get_single_name() == "help")
            continue;
        std::string const name =
            option->get_positional() ? option->get_name(true) : option->get_name(false, true);
        std::string const value = option->get_positional() || option->get_type_size() == 0
                                      ? ""
                                      : " " + option->get_type_name();
        result += option->get_required() ? fmt::format(" {}{}", name, value)
                                         : fmt::format(" [{}{}]", name, value);
    }
    return result;
}

Json one(Command const& command)
{
    CLI::App arguments("", command.name);
    command.declare(arguments);
    Json options = Json::array();
    for (CLI::Option const* option : arguments.get_options())
        if (option->get_single_name() != "help")
            options.push_back({{"name", option->get_name(option->get_positional(), true)},
                               {"about", option->get_description()}});
    return {{"name", command.name},
            {"group", name(command.group)},
            {"summary", command.summary},
            {"synopsis", synopsis(command)},
            {"options", std::move(options)},
            {"help", command.help},
            {"shape", std::string(command.shape)}};
}

Result<Json> read(std::string const& topic)
{
    Json commands = Json::array();
    if (!topic.empty()) {
        commands.push_back(one(*TRY(find_command(topic))));
        return Json{{"commands", std::move(commands)}};
    }
    for (Command const* command : all_commands())
        commands.push_back({{"name", command->name},
                            {"group", name(command->group)},
                            {"summary", command->summary}});
    return Json{{"commands", std::move(commands)}};
}

Reader declare(CLI::App& arguments)
{
    auto const topic = std::make_shared<std::string>();
    arguments.add_option("COMMAND", *topic, "the command to explain");
    return [topic](Session&) { return read(*topic); };
}

std::string text_of_one(Json const& command)
{
    std::string result = fmt::format("{}: {}\n\n  {}\n", plain(command["name"]),
                                     plain(command["summary"]), plain(command["synopsis"]));
    TextTable options({{""}, {""}, {""}});
    for (Json const& option : command["options"])
        options.row({"  ", plain(option["name"]), plain(option["about"])});
    result += options.text() + "\n" + plain(command["help"]);
    return result + "\nJSON (--json)\n  " + plain(command["shape"]) + "\n";
}

std::string text(Json const& document)
{
    Json const& commands = document["commands"];
    if (commands.size() == 1 && commands[0].contains("help"))
        return text_of_one(commands[0]);
    std::string result;
    std::string group;
    TextTable table({{""}, {""}});
    for (Json const& command : commands) {
        if (plain(command["group"]) != group) {
            group = plain(command["group"]);
            table.row({group + ":"});
        }
        table.row({"  " + plain(command["name"]), plain(command["summary"])});
    }
    return table.text() + "\nhelp COMMAND tells more. CMD | grep, CMD > file, --json everywhere.\n";
}

} // namespace

Command const kHelp = {"help",
                       Group::Shell,
                       "all commands, or how one is used",
                       "EXAMPLES\n  help\n  help walk\n  help --json | jq -r '.commands[].name'\n",
                       R"({"commands": [{"name": "string", "group": "string", "summary": "string",
    "synopsis": "string?", "options": "any?", "help": "string?", "shape": "string?"}]})",
                       declare,
                       text,
                       Completes::Commands};

} // namespace pagelab::shell
