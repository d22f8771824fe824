// A child process whose output goes to files in memory, so that neither side can block the other.
#include "tests/session/program.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include <doctest/doctest.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pagelab::session {

namespace {

constexpr char kProgram[] = PAGELAB_BUILD_DIR "/emu/pagelab";
constexpr int kLimitMs = 120'000;

int memory_file(std::string const& contents = {})
{
    int const file = memfd_create("session", 0);
    REQUIRE(file >= 0);
    REQUIRE(write(file, contents.data(), contents.size()) == static_cast<ssize_t>(contents.size()));
    lseek(file, 0, SEEK_SET);
    return file;
}

std::string take_contents(int file)
{
    std::string text(static_cast<size_t>(lseek(file, 0, SEEK_END)), '\0');
    REQUIRE(pread(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
    close(file);
    return text;
}

int wait_with_limit(pid_t process)
{
    int const handle = static_cast<int>(syscall(SYS_pidfd_open, process, 0));
    REQUIRE(handle >= 0);
    pollfd waiting{handle, POLLIN, 0};
    if (poll(&waiting, 1, kLimitMs) == 0)
        kill(process, SIGKILL);
    close(handle);
    int status = 0;
    waitpid(process, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace

Finished run_program(std::vector<std::string> const& arguments, std::string const& input)
{
    int const in = memory_file(input), out = memory_file(), err = memory_file();
    std::vector<char*> argv{const_cast<char*>(kProgram)};
    for (auto const& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    pid_t const process = fork();
    REQUIRE(process >= 0);
    if (process == 0) {
        dup2(in, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        execv(kProgram, argv.data());
        _exit(127);
    }
    int const status = wait_with_limit(process);
    close(in);
    return {status, take_contents(out), take_contents(err)};
}

Scratch::Scratch()
{
    std::string name = (std::filesystem::temp_directory_path() / "pagelab-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder_ = name;
}

Scratch::~Scratch()
{
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::string Scratch::path(std::string const& name) const
{
    return (folder_ / name).string();
}

std::string Scratch::write(std::string const& name, std::string_view contents) const
{
    std::ofstream out(folder_ / name, std::ios::binary);
    out.write(contents.data(), static_cast<std::streamsize>(contents.size()));
    REQUIRE(out.flush());
    return path(name);
}

std::string read_text(std::filesystem::path const& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    REQUIRE_MESSAGE(in, path.string());
    return text.str();
}

} // namespace pagelab::session
