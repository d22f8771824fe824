// points: what the machine is to stop for.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/points_view.hpp"

namespace pagelab::shell {

namespace {

Reader declare(CLI::App&)
{
    return [](Session& session) -> Result<Json> {
        Json points = Json::array();
        for (Point const& point : session.points().all())
            points.push_back(point_document(point));
        return Json{{"points", std::move(points)}};
    };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& point : document["points"])
        result += point_text(point);
    return result.empty() ? "no points\n" : result;
}

} // namespace

Command const kPoints = {"points",
                         Group::Execution,
                         "breakpoints, watchpoints and catches",
                         "EXAMPLES\n  points\n  delete 2\n",
                         R"({"points": [{"number": "number", "what": "string",
    "condition": "string?", "hits": "number", "temporary": "bool"}]})",
                         declare,
                         text};

} // namespace pagelab::shell
