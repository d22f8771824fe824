// A machine of QEMU's to talk to.
#include "tests/guest/qemu_session.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <doctest/doctest.h>

namespace pagelab {

namespace {

constexpr auto kLimit = std::chrono::seconds(60);

[[noreturn]] void become_qemu(std::vector<std::string> const& arguments, int input, int output)
{
    std::vector<std::string> words = {"qemu-system-x86_64",
                                      "-display",
                                      "none",
                                      "-serial",
                                      "stdio",
                                      "-monitor",
                                      "none",
                                      "-nic",
                                      "none",
                                      "-no-reboot",
                                      "-device",
                                      "isa-debug-exit,iobase=0xf4,iosize=4"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (auto& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
}

} // namespace

bool QemuSession::is_installed()
{
    bool const found = std::system("command -v qemu-system-x86_64 >/dev/null 2>&1") == 0;
    if (!found)
        std::puts("SKIP: qemu-system-x86_64 is not installed");
    return found;
}

QemuSession::QemuSession(std::vector<std::string> const& arguments)
{
    std::array<int, 2> to_guest{}, from_guest{};
    REQUIRE(pipe(to_guest.data()) == 0);
    REQUIRE(pipe(from_guest.data()) == 0);
    std::signal(SIGPIPE, SIG_IGN);
    process_ = fork();
    REQUIRE(process_ >= 0);
    if (process_ == 0) {
        close(to_guest[1]);
        close(from_guest[0]);
        become_qemu(arguments, to_guest[0], from_guest[1]);
    }
    close(to_guest[0]);
    close(from_guest[1]);
    input_ = to_guest[1];
    output_ = from_guest[0];
}

QemuSession::~QemuSession()
{
    kill_now();
    close(input_);
    close(output_);
}

void QemuSession::kill_now()
{
    if (process_ <= 0)
        return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = -1;
}

std::string QemuSession::read_until(std::string_view last)
{
    auto const deadline = std::chrono::steady_clock::now() + kLimit;
    std::string text;
    while (last.empty() || !text.ends_with(last)) {
        auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{output_, POLLIN, 0};
        char c;
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) {
            kill_now();
            break;
        }
        if (read(output_, &c, 1) != 1)
            break;
        if (c != '\r')
            text += c;
    }
    return text;
}

void QemuSession::type(std::string_view text)
{
    // One short write: a pipe takes it whole.
    REQUIRE(write(input_, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

int QemuSession::wait()
{
    if (process_ <= 0)
        return -1;
    int status = 0;
    waitpid(process_, &status, 0);
    process_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

} // namespace pagelab
