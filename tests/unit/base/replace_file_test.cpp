// A file that is replaced is the old one or the new one, whenever its writer is killed.
#include "emu/base/replace_file.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <iterator>
#include <random>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace pagelab;
namespace fs = std::filesystem;

namespace {

struct Folder {
    Folder() { fs::create_directories(path); }
    ~Folder() { fs::remove_all(path); }
    fs::path path = fs::temp_directory_path() / ("pagelab-replace-" + std::to_string(getpid()));
};

std::string read_all(fs::path const& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::span<std::byte const> bytes_of(std::string const& text)
{
    return std::as_bytes(std::span(text));
}

size_t files_in(fs::path const& folder)
{
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

} // namespace

TEST_CASE("a file is replaced, piece after piece, and nothing is left beside it")
{
    Folder const folder;
    fs::path const file = folder.path / "a";
    REQUIRE(replace_file(file, {bytes_of("old")}));
    REQUIRE(replace_file(file, {bytes_of("new "), bytes_of("and longer")}));
    CHECK(read_all(file) == "new and longer");
    CHECK(files_in(folder.path) == 1);
}

TEST_CASE("what cannot be written leaves the old file and says why")
{
    Folder const folder;
    auto const refused = replace_file(folder.path / "no" / "a", {bytes_of("x")});
    REQUIRE(!refused);
    CHECK(refused.error().message.ends_with("no/a': No such file or directory"));
    fs::create_directories(folder.path / "b");
    CHECK(!replace_file(folder.path / "b", {bytes_of("x")})); // a folder
    CHECK(files_in(folder.path) == 1);
}

TEST_CASE("a writer that is killed at any moment leaves the file whole")
{
    constexpr size_t kSize = 1 << 20;
    Folder const folder;
    fs::path const file = folder.path / "a";
    std::string const contents[] = {std::string(kSize, 'a'), std::string(kSize, 'b')};
    REQUIRE(replace_file(file, {bytes_of(contents[0])}));
    std::mt19937 random(20261121);
    for (unsigned round = 0; round < 60; ++round) {
        CAPTURE(round);
        pid_t const writer = fork();
        if (writer == 0)
            for (unsigned i = 0;; ++i)
                (void)replace_file(file, {bytes_of(contents[i % 2])});
        std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
        kill(writer, SIGKILL);
        waitpid(writer, nullptr, 0);
        std::string const found = read_all(file);
        REQUIRE(found.size() == kSize);
        CHECK(std::ranges::count(found, found[0]) == kSize);
    }
}
