// One line for each point.
#include "emu/shell/points_view.hpp"

namespace pagelab::shell {

Json point_document(Point const& point)
{
    Json document = {{"number", point.number}, {"what", point.text}};
    if (!point.condition.empty())
        document["condition"] = point.condition;
    document["hits"] = point.hits;
    document["temporary"] = point.temporary;
    return document;
}

std::string point_text(Json const& document)
{
    std::string text = fmt::format("{:>3}  {}", plain(document["number"]), plain(document["what"]));
    if (document.contains("condition"))
        text += " if " + plain(document["condition"]);
    if (document["temporary"].get<bool>())
        text += ", temporary";
    if (document["hits"].get<uint64_t>() != 0)
        text += fmt::format(", hit {} times", plain(document["hits"]));
    return text + "\n";
}

Result<std::string> condition_of(std::vector<std::string> const& words)
{
    if (words.empty())
        return "";
    if (words.front() != "if" || words.size() == 1)
        return fail("'{}': if EXPRESSION is wanted", fmt::join(words, " "));
    return fmt::format("{}", fmt::join(words.begin() + 1, words.end(), " "));
}

} // namespace pagelab::shell
