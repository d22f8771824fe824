// What is typed, taken apart.
#include <doctest/doctest.h>

#include "emu/shell/command_line.hpp"

using pagelab::shell::parse_command_line;
using Words = std::vector<std::string>;

TEST_CASE("words are parted by blanks, quotes keep them")
{
    CHECK(parse_command_line("  walk  0x1000 ")->words == Words{"walk", "0x1000"});
    CHECK(parse_command_line("guest 'cat  /proc/x' \"a b\"c")->words ==
          Words{"guest", "cat  /proc/x", "a bc"});
    CHECK(parse_command_line("").value().words.empty());
    CHECK(parse_command_line("# walk 1")->words.empty());
    CHECK(parse_command_line("walk 1 # of page 0")->words == Words{"walk", "1"});
    CHECK(!parse_command_line("guest 'cat"));
}

TEST_CASE("a format after the command is a word of its own")
{
    CHECK(parse_command_line("x/8gx 0x10")->words == Words{"x", "/8gx", "0x10"});
    CHECK(parse_command_line("dump a/b")->words == Words{"dump", "a/b"});
}

TEST_CASE("pipes and files count only at the start of a word")
{
    auto const piped = parse_command_line("buddy -c 5 | grep DMA > f");
    CHECK(piped->words == Words{"buddy", "-c", "5"});
    CHECK(piped->pipe == "grep DMA > f");
    auto const written = parse_command_line("print zone->name >> 'my log'");
    CHECK(written->words == Words{"print", "zone->name"});
    CHECK(written->file == "my log");
    CHECK(written->append);
    CHECK(!parse_command_line("buddy >"));
    CHECK(!parse_command_line("buddy > a b"));
    CHECK(!parse_command_line("buddy |  "));
    CHECK(!parse_command_line("| grep"));
}
