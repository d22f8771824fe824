// delete: points by number, or all of them.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

Result<Json> read(Session& session, std::vector<unsigned> numbers)
{
    machine::Machine* const machine = TRY(session.machine());
    if (numbers.empty())
        for (Point const& point : session.points().all())
            numbers.push_back(point.number);
    for (unsigned const number : numbers)
        TRY(session.points().remove(*machine, number));
    return Json{{"deleted", numbers}};
}

Reader declare(CLI::App& arguments)
{
    auto const numbers = std::make_shared<std::vector<unsigned>>();
    arguments.add_option("NUMBER", *numbers, "which; all if left out");
    return [numbers](Session& session) { return read(session, *numbers); };
}

std::string text(Json const&)
{
    return "";
}

} // namespace

Command const kDelete = {"delete",
                         Group::Execution,
                         "remove points",
                         "EXAMPLES\n  delete 1 2\n  delete\n",
                         R"({"deleted": ["number"]})",
                         declare,
                         text};

} // namespace pagelab::shell
