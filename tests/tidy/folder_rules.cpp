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

// Whether `text` holds `word` with no file name character before or after it.
bool has_word(std::string_view text, std::string_view word)
{
    auto const is_name = [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '-';
    };
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
        bool const starts = at == 0 || (!is_name(text[at - 1]) &&
                                        (text[at - 1] != '/' || (at > 1 && text[at - 2] == '}')));
        auto const end = at + word.size();
        if (starts && (end == text.size() || !is_name(text[end])))
            return true;
    }
    return false;
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
            return has_word(line.substr(0, line.find('#')), relative);
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
