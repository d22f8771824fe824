// What README.md and images/ show a stranger is what happens.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <set>

#include <doctest/doctest.h>

#include "tests/session/program.hpp"
#include "tests/session/transcript.hpp"

using namespace pagelab::session;

namespace {

std::filesystem::path const kSource = PAGELAB_SOURCE_DIR;

// Numbers, hexadecimal ones included, depend on the compiler: each word of a line that has a digit
// becomes "#".
std::string shape_of(std::string const& line)
{
    std::string shape, word;
    for (char const c : line + ' ')
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '.') {
            word += c;
        } else {
            bool const has_digit = std::ranges::any_of(
                word, [](char d) { return std::isdigit(static_cast<unsigned char>(d)); });
            shape += has_digit ? "#" : word;
            word.clear();
            if (c != ' ' || !shape.ends_with(' '))
                shape += c;
        }
    return shape;
}

// A shell's words, with single quotes.
std::vector<std::string> words_of(std::string const& command)
{
    std::vector<std::string> words;
    std::string word;
    bool quoted = false;
    for (char const c : command + ' ')
        if (c == '\'') {
            quoted = !quoted;
        } else if (c == ' ' && !quoted) {
            if (!word.empty())
                words.push_back(word);
            word.clear();
        } else {
            word += c;
        }
    return words;
}

struct Shown {
    std::vector<std::string> arguments;
    std::vector<std::string> output; // "  ..." stands for any lines
    int status = -1;
};

// The session in README.md: "$ ./pagelab ...", its output, "$ echo $?", its status.
Shown shown_session()
{
    Shown shown;
    auto const lines = lines_of(read_text(kSource / "README.md"));
    auto at =
        std::ranges::find_if(lines, [](auto& line) { return line.starts_with("$ ./pagelab"); });
    REQUIRE(at != lines.end());
    shown.arguments = words_of(*at);
    shown.arguments.erase(shown.arguments.begin(), shown.arguments.begin() + 2);
    for (++at; at != lines.end() && *at != "$ echo $?"; ++at)
        shown.output.push_back(*at);
    REQUIRE(std::distance(at, lines.end()) > 1);
    shown.status = std::stoi(*std::next(at));
    return shown;
}

} // namespace

TEST_CASE("the session in README.md is what the program prints")
{
    Shown const shown = shown_session();
    CHECK(shown.output.size() > 10);
    auto const run = run_program(shown.arguments);
    CHECK(run.status == shown.status);

    auto const lines = lines_of(run.out);
    auto at = lines.begin();
    bool skips = false;
    for (auto const& line : shown.output) {
        if (line == "  ...") {
            skips = true;
            continue;
        }
        auto const same = [&](auto& printed) { return shape_of(printed) == shape_of(line); };
        auto const found = std::find_if(at, lines.end(), same);
        CAPTURE(line);
        REQUIRE(found != lines.end());
        CHECK((skips || found == at));
        at = std::next(found);
        skips = false;
    }
    CHECK(at == lines.end());
}

TEST_CASE("every machine description in images boots")
{
    std::set<std::filesystem::path> files;
    for (auto const& file : std::filesystem::directory_iterator(kSource / "images"))
        if (file.path().extension() == ".toml")
            files.insert(file.path());
    CHECK(files.size() >= 5);
    auto const readme = read_text(kSource / "images" / "README.md");
    for (auto const& file : files) {
        CAPTURE(file.string());
        auto const run = run_program({"boot", file.string(), "--exec", "check"});
        CHECK(run.status == 0);
        CHECK(run.err == "");
        CHECK(answer_to(run.out, "check").starts_with("check: ok"));
        CHECK(readme.contains("`" + file.filename().string() + "`"));
    }
}
