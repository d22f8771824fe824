// Scratch folders and the shell.
#include "tests/unit/kbuild/workshop.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <sys/wait.h>

namespace pagelab::kbuild {

namespace fs = std::filesystem;

Ran run(std::string const& command)
{
    std::FILE* const pipe = popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    Ran ran{-1, {}};
    std::array<char, 4096> chunk;
    for (size_t got; (got = fread(chunk.data(), 1, chunk.size(), pipe)) > 0;)
        ran.output.append(chunk.data(), got);
    int const status = pclose(pipe);
    ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return ran;
}

Workshop::Workshop()
{
    std::string name = (fs::temp_directory_path() / "pagelab-kbuild-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
}

Workshop::~Workshop()
{
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

fs::path Workshop::path(std::string_view name) const
{
    return name.empty() ? folder_ : folder_ / name;
}

fs::path Workshop::write(std::string_view name, std::string_view text) const
{
    fs::create_directories(path(name).parent_path());
    std::ofstream out(path(name), std::ios::binary);
    REQUIRE((out << text).flush());
    return path(name);
}

bool Workshop::has(std::string_view name) const
{
    return fs::exists(path(name));
}

std::string read_text(fs::path const& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    REQUIRE_MESSAGE(in, path.string());
    return text.str();
}

Toolchain tools()
{
    auto const found = find_toolchain(fs::path(PAGELAB_BUILD_DIR) / "guestkernel/kbuild");
    REQUIRE(found);
    return *found;
}

} // namespace pagelab::kbuild
