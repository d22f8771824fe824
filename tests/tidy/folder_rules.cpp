// Every folder explains itself and builds everything it holds.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>

namespace pagelab::tidy {

namespace {

constexpr size_t kReadmeLines = 60;

// "emu" and "emu/cpu" of "emu/cpu/x/y.cpp": the folders that need a README.
std::vector<std::string> explained_folders(SourceFile const& file)
{
    std::vector<std::string> folders;
    auto const folder = std::string(file.folder());
    auto const first = folder.find('/');
    if (!folder.empty())
        folders.push_back(folder.substr(0, first));
    if (first != std::string::npos)
        folders.push_back(folder.substr(0, folder.find('/', first + 1)));
    std::erase_if(folders, [](auto const& name) { return name.starts_with("tests/unit/"); });
    return folders;
}

// The words of a line of CMake, without quotes, brackets and comment.
std::vector<std::string_view> words_of(std::string_view line)
{
    line = line.substr(0, line.find('#'));
    std::vector<std::string_view> words;
    auto const separators = " \t()\"";
    for (auto start = line.find_first_not_of(separators); start != line.npos;) {
        auto const end = std::min(line.find_first_of(separators, start), line.size());
        words.push_back(line.substr(start, end - start));
        start = line.find_first_not_of(separators, end);
    }
    return words;
}

// Whether a word of CMake is this path, or ends like it after a variable: ${loader}_fuzz.cpp for
// elf_fuzz.cpp, ${CMAKE_CURRENT_SOURCE_DIR}/loop.cpp for loop.cpp.
bool names(std::string_view word, std::string_view path)
{
    auto const variable_end = word.rfind('}');
    if (variable_end == word.npos)
        return word == path;
    auto const rest = word.substr(variable_end + 1);
    return rest.starts_with('/') ? rest.substr(1) == path : !rest.empty() && path.ends_with(rest);
}

// Whether a CMake file in this folder or above it names the file by its path from there.
bool is_listed(SourceTree const& tree, SourceFile const& file)
{
    return std::ranges::any_of(tree, [&](SourceFile const& list) {
        auto const folder = list.folder();
        if (!list.is_cmake() || !(folder.empty() || file.is_under(folder)))
            return false;
        auto const relative =
            std::string_view(file.path).substr(folder.empty() ? 0 : folder.size() + 1);
        return std::ranges::any_of(list.lines, [&](std::string_view line) {
            return std::ranges::any_of(
                words_of(line), [&](std::string_view word) { return names(word, relative); });
        });
    });
}

} // namespace

Findings folders_without_readme(SourceTree const& tree)
{
    std::set<std::string> folders;
    Findings findings;
    for (auto const& file : tree) {
        if (file.name() == "README.md" && !file.folder().empty() &&
            file.lines.size() > kReadmeLines)
            findings.push_back({file.path, 0, fmt::format("{} lines", file.lines.size())});
        if (file.is_code() && !file.is_cmake())
            std::ranges::copy(explained_folders(file), std::inserter(folders, folders.end()));
    }
    for (auto const& folder : folders) {
        if (find_file(tree, folder + "/README.md") == nullptr)
            findings.push_back({folder, 0, "has no README.md"});
    }
    return findings;
}

Findings unbuilt_sources(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        if ((file.is_source() || file.is_assembly()) && !is_listed(tree, file))
            findings.push_back({file.path, 0, "is in no CMake list"});
    }
    return findings;
}

} // namespace pagelab::tidy
