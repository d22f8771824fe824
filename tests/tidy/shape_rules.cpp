// Lengths of files, lines and functions.
//
// A function is found by the house's brace style: its opening brace is alone on a line, nothing
// else's is, and its closing brace starts the next line with the same indentation.
#include "tests/tidy/rules.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace pagelab::tidy {

namespace {

constexpr size_t kFileLines = 300;
constexpr size_t kTestFileLines = 500;
constexpr size_t kColumns = 100;
constexpr size_t kFunctionLines = 70;

size_t columns(std::string_view line) // UTF-8 continuation bytes take none
{
    return static_cast<size_t>(std::ranges::count_if(
        line, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

} // namespace

Findings long_files(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        size_t const limit = file.is_under("tests") ? kTestFileLines : kFileLines;
        if (file.is_code() && file.lines.size() > limit)
            findings.push_back({file.path, 0, fmt::format("{} lines", file.lines.size())});
    }
    return findings;
}

Findings long_lines(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        if (!file.is_code())
            continue;
        for (size_t i = 0; i < file.lines.size(); i++) {
            if (auto const width = columns(file.lines[i]); width > kColumns)
                findings.push_back({file.path, i + 1, fmt::format("{} columns", width)});
        }
    }
    return findings;
}

Findings long_functions(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        if (!file.is_cpp())
            continue;
        auto const& lines = file.lines;
        for (size_t open = 0; open < lines.size(); open++) {
            auto const brace = lines[open].find_first_not_of(' ');
            if (brace == std::string::npos || lines[open].substr(brace) != "{")
                continue;
            auto const closing = std::string(brace, ' ') + "}";
            size_t close = open + 1;
            while (close < lines.size() && !lines[close].starts_with(closing))
                close++;
            if (auto const length = close - open + 1; length > kFunctionLines)
                findings.push_back({file.path, open + 1, fmt::format("{} lines", length)});
        }
    }
    return findings;
}

} // namespace pagelab::tidy
