// The style rules on this repository.
#include "tests/tidy/rules.hpp"

#include <doctest/doctest.h>

using namespace pagelab::tidy;

namespace {

SourceTree const& repository()
{
    static SourceTree const tree = read_source_tree(PAGELAB_SOURCE_DIR);
    return tree;
}

void expect_none(Findings const& findings)
{
    for (auto const& finding : findings)
        FAIL_CHECK(finding.path << ":" << finding.line << ": " << finding.message);
}

} // namespace

TEST_CASE("the tree was found")
{
    REQUIRE(find_file(repository(), "tests/tidy/rules.hpp"));
}

TEST_CASE("files are short")
{
    expect_none(long_files(repository()));
}
TEST_CASE("lines are short")
{
    expect_none(long_lines(repository()));
}
TEST_CASE("functions are short")
{
    expect_none(long_functions(repository()));
}
TEST_CASE("dependencies point one way")
{
    expect_none(wrong_direction(repository()));
}
TEST_CASE("includes are spelled from the root")
{
    expect_none(unrooted_includes(repository()));
}
TEST_CASE("a source includes its header first")
{
    expect_none(own_header_not_first(repository()));
}
TEST_CASE("libraries stay in their place")
{
    expect_none(strayed_libraries(repository()));
}
TEST_CASE("notes to self have an owner")
{
    expect_none(ownerless_notes(repository()));
}
TEST_CASE("the abi has no C bit-fields")
{
    expect_none(bit_fields_in_abi(repository()));
}
TEST_CASE("files begin with their idea")
{
    expect_none(missing_idea(repository()));
}
TEST_CASE("headers are included once")
{
    expect_none(missing_pragma_once(repository()));
}
TEST_CASE("no path of one machine is written down")
{
    expect_none(machine_paths(repository()));
}
TEST_CASE("folders explain themselves")
{
    expect_none(folders_without_readme(repository()));
}
TEST_CASE("every source is built")
{
    expect_none(unbuilt_sources(repository()));
}
