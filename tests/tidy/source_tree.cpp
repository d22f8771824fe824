// Reads the tree once, whole: a few hundred small files.
#include "tests/tidy/source_tree.hpp"

#include <algorithm>
#include <fstream>

namespace pagelab::tidy {

namespace fs = std::filesystem;

bool SourceFile::is_under(std::string_view wanted) const
{
    return path.size() > wanted.size() && path.starts_with(wanted) && path[wanted.size()] == '/';
}

bool SourceFile::is_header() const
{
    return path.ends_with(".hpp") || path.ends_with(".h");
}
bool SourceFile::is_source() const
{
    return path.ends_with(".cpp");
}
bool SourceFile::is_assembly() const
{
    return path.ends_with(".S");
}
bool SourceFile::is_cmake() const
{
    return name() == "CMakeLists.txt" || path.ends_with(".cmake");
}

bool SourceFile::is_code() const
{
    return is_cpp() || is_assembly() || is_cmake() || path.ends_with(".ld") ||
           path.ends_with(".inc");
}

std::string_view SourceFile::name() const
{
    return std::string_view(path).substr(path.rfind('/') + 1); // npos + 1 is 0
}

std::string_view SourceFile::folder() const
{
    auto const slash = path.rfind('/');
    return slash == std::string::npos ? "" : std::string_view(path).substr(0, slash);
}

SourceTree read_source_tree(fs::path const& root)
{
    SourceTree tree;
    for (auto at = fs::recursive_directory_iterator(root); at != fs::end(at); ++at) {
        auto const name = at->path().filename().string();
        if (at->is_directory()) {
            if (name.starts_with('.') || (at.depth() == 0 && name.starts_with("build")))
                at.disable_recursion_pending();
            continue;
        }
        SourceFile file{fs::relative(at->path(), root).generic_string(), {}};
        if (!at->is_regular_file() || !(file.is_code() || file.path.ends_with(".md")))
            continue;
        std::ifstream in(at->path());
        for (std::string line; std::getline(in, line);)
            file.lines.push_back(line);
        tree.push_back(std::move(file));
    }
    std::ranges::sort(tree, {}, &SourceFile::path);
    return tree;
}

SourceFile const* find_file(SourceTree const& tree, std::string_view path)
{
    auto const found = std::ranges::lower_bound(tree, path, {}, &SourceFile::path);
    return found != tree.end() && found->path == path ? &*found : nullptr;
}

std::string_view code_of(std::string_view line)
{
    return line.substr(0, line.find("//"));
}

} // namespace pagelab::tidy
