// Every function and variable the headers declare is one the kernel exports: what is missing must
// fail when it is compiled, not when it is linked.
#include <sstream>

#include <doctest/doctest.h>

#include "emu/kbuild/symvers.hpp"
#include "tests/unit/kbuild/workshop.hpp"

using namespace pagelab;
using namespace pagelab::kbuild;
namespace fs = std::filesystem;

namespace {

std::string all_headers()
{
    fs::path const include = PAGELAB_SOURCE_DIR "/guestkernel/include";
    std::string text;
    for (auto const& entry : fs::recursive_directory_iterator(include))
        if (entry.path().extension() == ".h")
            text += fmt::format("#include <{}>\n", fs::relative(entry.path(), include).string());
    return text;
}

// Of a line of clang's tree, "|-FunctionDecl 0x.. <..> col:6 used name 'type' extern": the name, if
// it has external linkage; else nothing.
std::string declared_name(std::string_view line)
{
    if (!line.starts_with("|-FunctionDecl") && !line.starts_with("|-VarDecl"))
        return {};
    auto const type = line.find(" '");
    auto const type_end = line.rfind('\'');
    if (type == line.npos || line.find("static", type_end) != line.npos)
        return {};
    return std::string(line.substr(0, type).substr(line.rfind(' ', type - 1) + 1));
}

// What the module's own files define.
bool is_of_the_module(std::string const& name)
{
    return name == "init_module" || name == "cleanup_module" || name == "__this_module";
}

} // namespace

TEST_CASE("what the headers declare is exported")
{
    Workshop const workshop;
    auto const source = workshop.write("all.c", all_headers());
    for (std::string const arch : {"x86_64", "i386"}) {
        auto const tree = run(fmt::format(
            "{} @{}/{}.flags -DKBUILD_MODNAME='\"all\"' -Wno-everything -Xclang -ast-dump "
            "-fno-color-diagnostics -fsyntax-only {}",
            PAGELAB_GUEST_CC, tools().folder.string(), arch, source.string()));
        REQUIRE(tree.status == 0);
        Symvers exported;
        REQUIRE(add_symvers(exported, read_text(tools().folder / (arch + ".symvers"))));
        std::istringstream lines(tree.output);
        unsigned declared = 0;
        for (std::string line; std::getline(lines, line);) {
            auto const name = declared_name(line);
            if (name.empty() || name.starts_with("__builtin_") || name.starts_with("__atomic_"))
                continue;
            declared++;
            CHECK_MESSAGE((exported.contains(name) || is_of_the_module(name)), arch, ": ", name);
        }
        CHECK(declared > 200);
    }
}
