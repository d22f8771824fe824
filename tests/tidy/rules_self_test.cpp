// The style rules on small trees that break them: each rule finds its subject, and only that.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <initializer_list>

#include <doctest/doctest.h>

using namespace pagelab::tidy;

namespace {

SourceTree tree_of(std::initializer_list<SourceFile> files)
{
    SourceTree tree = files;
    std::ranges::sort(tree, {}, &SourceFile::path);
    return tree;
}

std::vector<std::string> repeated(size_t count, std::string const& line)
{
    return std::vector<std::string>(count, line);
}

std::vector<std::string> function_of(size_t body_lines)
{
    auto lines = repeated(body_lines, "    work();");
    lines.insert(lines.begin(), {"void f()", "{"});
    lines.push_back("}");
    return lines;
}

} // namespace

TEST_CASE("lengths")
{
    auto const tree = tree_of({
        {"emu/mem/long.cpp", repeated(301, "x")},
        {"emu/mem/right.cpp", repeated(300, std::string(100, 'x'))},
        {"emu/mem/wide.hpp", {std::string(101, 'x')}},
        {"emu/mem/wide_in_bytes.hpp", {"// " + std::string(96, 'x') + "\u00b5"}},
        {"emu/mem/README.md", repeated(400, std::string(200, 'x'))},
        {"tests/model/right.cpp", repeated(500, "x")},
        {"tests/model/long.cpp", repeated(501, "x")},
    });
    REQUIRE(long_files(tree).size() == 2);
    CHECK(long_files(tree)[0].path == "emu/mem/long.cpp");
    CHECK(long_files(tree)[1].path == "tests/model/long.cpp");
    REQUIRE(long_lines(tree).size() == 1);
    CHECK(long_lines(tree)[0].path == "emu/mem/wide.hpp");
}

TEST_CASE("function lengths")
{
    CHECK(long_functions(tree_of({{"a.cpp", function_of(68)}})).empty());
    CHECK(long_functions(tree_of({{"a.cpp", function_of(69)}})).size() == 1);
}

TEST_CASE("include direction")
{
    auto const broken = [](char const* path, char const* line) {
        return wrong_direction(tree_of({{path, {line}}})).size();
    };
    CHECK(broken("emu/mmu/walker.cpp", "#include \"emu/mem/physical_reader.hpp\"") == 0);
    CHECK(broken("emu/mem/ram.cpp", "#include \"emu/mmu/walker.hpp\"") == 1);
    CHECK(broken("emu/mem/ram.cpp", "#include \"emu/memory/x.hpp\"") == 1);
    CHECK(broken("emu/cli/boot.cpp", "#include \"emu/machine/machine.hpp\"") == 0);
    CHECK(broken("emu/cpu/engine.cpp", "#include \"guestkernel/mm/page.hpp\"") == 1);
    CHECK(broken("guestkernel/abi/x86/cr.hpp", "#include \"guestkernel/lib/list.hpp\"") == 1);
    CHECK(broken("guestkernel/mm/buddy.cpp", "#include \"guestkernel/lib/list.hpp\"") == 0);
    CHECK(broken("emu/extra/new.cpp", "") == 1); // a folder the table does not know
    CHECK(broken("tests/unit/mmu/any_test.cpp", "#include \"emu/cli/boot.hpp\"") == 0);
}

TEST_CASE("include spelling and order")
{
    auto const tree = tree_of({
        {"emu/mem/ram.hpp", {"#pragma once"}},
        {"emu/mem/ram.cpp", {"#include <vector>", "#include \"emu/mem/ram.hpp\""}},
        {"emu/mem/rom.cpp", {"#include \"ram.hpp\""}},
    });
    REQUIRE(own_header_not_first(tree).size() == 1);
    CHECK(own_header_not_first(tree)[0].path == "emu/mem/ram.cpp");
    REQUIRE(unrooted_includes(tree).size() == 1);
    CHECK(unrooted_includes(tree)[0].path == "emu/mem/rom.cpp");
}

TEST_CASE("libraries with one place")
{
    auto const tree = tree_of({
        {"emu/cpu/engine.cpp", {"#include <unicorn/unicorn.h>"}},
        {"emu/base/decoder.cpp", {"#include <capstone/capstone.h>"}},
        {"emu/mmu/walker.cpp", {"#include <unicorn/unicorn.h>", "#include <capstone/x86.h>"}},
    });
    CHECK(strayed_libraries(tree).size() == 2);
}

TEST_CASE("banned words")
{
    auto const notes = [](std::string const& line) {
        return ownerless_notes(tree_of({{"emu/a.cpp", {line}}})).size();
    };
    CHECK(notes("// TODO: later") == 1);
    CHECK(notes("// FIXME") == 1);
    CHECK(notes("// TODO(mm): later") == 0);
    CHECK(notes("int TODOS;") == 0);
    auto const paths = [](std::string const& line) {
        return machine_paths(tree_of({{"emu/a.cpp", {line}}})).size();
    };
    CHECK(paths("\"/home/user/x\"") == 1);
    CHECK(paths("see emu/work/x and frame/root/x") == 0);
}

TEST_CASE("bit-fields")
{
    auto const found = [](char const* line) {
        return bit_fields_in_abi(tree_of({{"guestkernel/abi/x.hpp", {line}}})).size();
    };
    CHECK(found("    uint32_t present : 1;") == 1);
    CHECK(found("    unsigned int low:12;") == 1);
    CHECK(found("    uint64_t : 3;") == 1);
    CHECK(found("    uint64_t flag : 3 = 0;") == 1);
    CHECK(found("    case 4: return 1;") == 0);
    CHECK(found("// SDM 4.5: bits 3:0;") == 0);
    CHECK(found("using Present = Bit<0>;") == 0);
    CHECK(found("    uint64_t x = flag ? 1 : 2;") == 0);
}

TEST_CASE("first lines and guards")
{
    auto const tree = tree_of({
        {"emu/mem/mute.cpp", {"#include <vector>"}},
        {"emu/mem/ram.cpp", {"// RAM."}},
        {"emu/mem/twice.hpp", {"// Text."}},
        {"tests/unit/mem/ram_test.cpp", {"#include <vector>"}},
    });
    REQUIRE(missing_idea(tree).size() == 1);
    CHECK(missing_idea(tree)[0].path == "emu/mem/mute.cpp");
    REQUIRE(missing_pragma_once(tree).size() == 1);
    CHECK(missing_pragma_once(tree)[0].path == "emu/mem/twice.hpp");
}

TEST_CASE("folders")
{
    auto const tree = tree_of({
        {"emu/README.md", repeated(60, "x")},
        {"emu/mem/README.md", repeated(61, "x")},
        {"emu/mem/CMakeLists.txt", {"pagelab_library(mem SOURCES ram.cpp deep/rom.cpp)"}},
        {"emu/mem/ram.cpp", {}},
        {"emu/mem/am.cpp", {}},
        {"emu/mem/deep/rom.cpp", {}},
        {"emu/mmu/walk.cpp", {}},
        {"emu/mmu/CMakeLists.txt", {"# walk.cpp", "x(${target}_fuzz.cpp) # ${target}.cpp"}},
        {"emu/mmu/elf_fuzz.cpp", {}},
        {"emu/mmu/macros.inc", {}},
        {"emu/mmu/entry.S", {}},
    });
    auto const readmes = folders_without_readme(tree);
    REQUIRE(readmes.size() == 2);
    CHECK(readmes[0].path == "emu/mem/README.md");
    CHECK(readmes[1].path == "emu/mmu");
    auto const unbuilt = unbuilt_sources(tree);
    REQUIRE(unbuilt.size() == 3);
    CHECK(unbuilt[0].path == "emu/mem/am.cpp");
    CHECK(unbuilt[1].path == "emu/mmu/entry.S");
    CHECK(unbuilt[2].path == "emu/mmu/walk.cpp");
}
