// Dependencies point one way: the table below is the layering of the whole program.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>

#include <fmt/format.h>

namespace pagelab::tidy {

namespace {

struct Layer {
    std::string_view folder;
    std::vector<std::string_view> below; // what it may include besides itself
};

// clang-format off
std::vector<Layer> const kLayers = {
    {"guestkernel/abi",     {}},
    {"guestkernel/lib",     {"guestkernel/abi"}},
    {"guestkernel/mm",      {"guestkernel/abi", "guestkernel/lib"}},
    {"guestkernel/selftest", {"guestkernel/abi", "guestkernel/lib", "guestkernel/mm"}},
    {"guestkernel/arch",    {"guestkernel/abi", "guestkernel/lib", "guestkernel/mm"}},
    {"guestkernel/kernel",  {"guestkernel/abi", "guestkernel/lib", "guestkernel/mm",
                             "guestkernel/arch", "guestkernel/selftest", "guestkernel/include"}},
    {"firmware",            {"guestkernel/abi", "guestkernel/lib"}},
    {"emu/base",            {"guestkernel/abi"}},
    {"emu/mem",             {"guestkernel/abi", "emu/base"}},
    {"emu/mmu",             {"guestkernel/abi", "emu/base", "emu/mem"}},
    {"emu/cpu",             {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu"}},
    {"emu/dev",             {"guestkernel/abi", "emu/base"}},
    {"emu/load",            {"guestkernel/abi", "emu/base"}},
    {"emu/kbuild",          {"emu/base"}},
    {"emu/guest",           {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu"}},
    {"emu/picture",         {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu", "emu/guest"}},
    {"emu/machine",         {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu", "emu/cpu",
                             "emu/dev", "emu/load", "emu/guest"}},
    {"emu/gdb",             {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu", "emu/cpu",
                             "emu/machine"}},
    {"emu/cli",             {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu", "emu/cpu",
                             "emu/dev", "emu/load", "emu/guest", "emu/kbuild", "emu/machine",
                             "emu/gdb", "emu/shell", "emu/core"}},
    {"emu/core",            {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu", "emu/cpu"}},
    {"emu/shell",           {"guestkernel/abi", "emu/base", "emu/mem", "emu/mmu", "emu/cpu",
                             "emu/dev", "emu/load", "emu/guest", "emu/machine", "emu/core",
                             "emu/picture"}},
};
// clang-format on

struct Include {
    size_t line;
    std::string_view target;
    bool quoted;
};

std::optional<Include> parse_include(std::string_view line, size_t number)
{
    auto const hash = line.find_first_not_of(' ');
    if (hash == line.npos || !line.substr(hash).starts_with("#include"))
        return {};
    auto const open = line.find_first_of("\"<");
    auto const close = open == line.npos ? line.npos : line.find_first_of("\">", open + 1);
    if (close == line.npos)
        return {};
    return Include{number, line.substr(open + 1, close - open - 1), line[open] == '"'};
}

std::vector<Include> includes_of(SourceFile const& file)
{
    std::vector<Include> includes;
    if (!file.is_cpp() && !file.is_assembly())
        return includes;
    for (size_t i = 0; i < file.lines.size(); i++) {
        if (auto const include = parse_include(file.lines[i], i + 1))
            includes.push_back(*include);
    }
    return includes;
}

bool is_in(std::string_view path, std::string_view folder)
{
    return path.starts_with(folder) && path.substr(folder.size()).starts_with('/');
}

} // namespace

Findings wrong_direction(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        auto const layer = std::ranges::find_if(
            kLayers, [&](Layer const& candidate) { return file.is_under(candidate.folder); });
        if (layer == kLayers.end()) {
            bool const placed = file.is_under("tests") || file.is_under("images") ||
                                file.is_under("guestkernel/include");
            if (file.is_cpp() && !placed)
                findings.push_back({file.path, 0, "in no layer of the table"});
            continue;
        }
        for (auto const& include : includes_of(file)) {
            auto const allowed = [&](std::string_view below) {
                return is_in(include.target, below);
            };
            if (include.quoted && !allowed(layer->folder) &&
                std::ranges::none_of(layer->below, allowed))
                findings.push_back(
                    {file.path, include.line,
                     fmt::format("{} may not include {}", layer->folder, include.target)});
        }
    }
    return findings;
}

Findings unrooted_includes(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        for (auto const& include : includes_of(file)) {
            if (include.quoted && find_file(tree, include.target) == nullptr)
                findings.push_back(
                    {file.path, include.line, fmt::format("no file {}", include.target)});
        }
    }
    return findings;
}

Findings own_header_not_first(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        if (!file.is_source())
            continue;
        auto const header = file.path.substr(0, file.path.size() - 4) + ".hpp";
        auto const includes = includes_of(file);
        if (find_file(tree, header) != nullptr &&
            (includes.empty() || includes.front().target != header))
            findings.push_back({file.path, 0, fmt::format("does not include {} first", header)});
    }
    return findings;
}

Findings strayed_libraries(SourceTree const& tree)
{
    Findings findings;
    for (auto const& file : tree) {
        for (auto const& include : includes_of(file)) {
            if (include.target.starts_with("unicorn/") && !file.is_under("emu/cpu"))
                findings.push_back({file.path, include.line, "unicorn outside emu/cpu"});
            if (include.target.starts_with("capstone/") && file.path != "emu/base/decoder.cpp")
                findings.push_back(
                    {file.path, include.line, "capstone outside emu/base/decoder.cpp"});
        }
    }
    return findings;
}

} // namespace pagelab::tidy
