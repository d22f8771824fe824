// What may not be written, and what every file must say first.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <regex>

#include <fmt/format.h>

namespace pagelab::tidy {

namespace {

// One finding for each line of the chosen files that the pattern matches.
template<class Choose>
Findings matching_lines(SourceTree const& tree, Choose choose, char const* pattern,
                        char const* message)
{
    std::regex const regex(pattern);
    Findings findings;
    for (auto const& file : tree) {
        if (!choose(file))
            continue;
        for (size_t i = 0; i < file.lines.size(); i++) {
            if (std::regex_search(file.lines[i], regex))
                findings.push_back({file.path, i + 1, message});
        }
    }
    return findings;
}

} // namespace

Findings ownerless_notes(SourceTree const& tree)
{
    return matching_lines(
        tree, [](SourceFile const& file) { return !file.is_under("tests/tidy"); },
        R"(\b(TODO|FIXME|XXX)\b(?!\([a-z]))", "a note to self without an owner");
}

Findings bit_fields_in_abi(SourceTree const& tree)
{
    return matching_lines(
        tree, [](SourceFile const& file) { return file.is_under("guestkernel/abi"); },
        R"(^\s*(?!case\b|//)[\w:]+(\s+[\w:]+)*\s+\w*\s*:\s*\d+\s*(=[^;]*|\{[^;]*\})?;)",
        "a C bit-field; use Field<high, low>");
}

Findings missing_idea(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        if (file.is_under("tests/unit") || !(file.is_cpp() || file.is_assembly()))
            continue; // a unit test's name is its subject's
        if (file.lines.empty() ||
            !(file.lines[0].starts_with("// ") || file.lines[0].starts_with("/* ")))
            findings.push_back({file.path, 1, "does not start with a comment"});
    }
    return findings;
}

Findings missing_pragma_once(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        if (file.is_header() &&
            std::find(file.lines.begin(), file.lines.end(), "#pragma once") == file.lines.end())
            findings.push_back({file.path, 0, "has no #pragma once"});
    }
    return findings;
}

Findings machine_paths(SourceTree const& tree)
{
    return matching_lines(
        tree, [](SourceFile const& file) { return !file.is_under("tests/tidy"); },
        R"((^|[^\w.])/(work|root|home)/)", "an absolute path of one machine");
}

} // namespace pagelab::tidy
