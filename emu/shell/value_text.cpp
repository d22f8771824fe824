// From the document alone: on one line if it fits, else one line a member.
#include "emu/shell/value_tree.hpp"

namespace pagelab::shell {

namespace {

constexpr size_t kWidth = 100;
constexpr size_t kRepeats = 10; // equal neighbours in an array that are shown as one

bool is_leaf(Json const& tree)
{
    return !tree.is_structured() ||
           (tree.is_object() && !tree.empty() && tree.begin().key().starts_with('$'));
}

std::string leaf(Json const& tree)
{
    if (!tree.is_object())
        return plain(tree);
    if (tree.contains("$unreadable"))
        return "<" + plain(tree["$unreadable"]) + ">";
    if (tree.contains("$enum"))
        return plain(tree["$enum"]);
    std::string result;
    if (tree.contains("$pointer"))
        result = plain(tree["$pointer"]);
    if (tree.contains("$symbol"))
        result += " <" + plain(tree["$symbol"]) + ">";
    if (tree.contains("$string"))
        result += (result.empty() ? "\"" : " \"") + plain(tree["$string"]) + "\"";
    return result;
}

// "flags = ", "<list_head> = ", nothing for an unnamed union.
std::string label(std::string const& name)
{
    return name.starts_with('(') ? "" : name + " = ";
}

std::vector<std::string> parts(Json const& tree, unsigned indent)
{
    std::vector<std::string> result;
    if (tree.is_object()) {
        for (auto const& [name, value] : tree.items())
            result.push_back(label(name) + value_text(value, indent));
        return result;
    }
    for (size_t i = 0; i < tree.size();) {
        size_t same = 1;
        while (i + same < tree.size() && tree[i + same] == tree[i])
            ++same;
        std::string const text = value_text(tree[i], indent);
        if (same >= kRepeats)
            result.push_back(fmt::format("{} <repeats {} times>", text, same));
        else
            result.insert(result.end(), same, text);
        i += same;
    }
    return result;
}

} // namespace

std::string value_text(Json const& tree, unsigned indent)
{
    if (is_leaf(tree))
        return leaf(tree);
    auto const inner = parts(tree, indent + 2);
    std::string const line = fmt::format("{{{}}}", fmt::join(inner, ", "));
    if (indent + line.size() <= kWidth && line.find('\n') == line.npos)
        return line;
    std::string const blanks(indent + 2, ' ');
    return fmt::format("{{\n{}{}\n{}}}", blanks, fmt::join(inner, ",\n" + blanks),
                       std::string(indent, ' '));
}

} // namespace pagelab::shell
