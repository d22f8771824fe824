// The repository's own text files, as the style rules see them.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace pagelab::tidy {

struct SourceFile {
    std::string path; // from the repository root, with '/'
    std::vector<std::string> lines;

    bool is_under(std::string_view folder) const; // "emu/cpu" holds "emu/cpu/engine.cpp"
    bool is_cpp() const { return is_source() || is_header(); }
    bool is_header() const;
    bool is_source() const;   // .cpp
    bool is_assembly() const; // .S
    bool is_cmake() const;    // CMakeLists.txt, *.cmake
    bool is_code() const;     // any of these, linker scripts, assembly includes
    std::string_view name() const;
    std::string_view folder() const; // without a trailing '/'; "" at the root
};

using SourceTree = std::vector<SourceFile>; // sorted by path

// Reads every code, Markdown and CMake file under `root`, except build folders and hidden ones.
SourceTree read_source_tree(std::filesystem::path const& root);

// The file with this path, or nullptr.
SourceFile const* find_file(SourceTree const& tree, std::string_view path);

} // namespace pagelab::tidy
