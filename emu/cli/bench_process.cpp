// posix_spawn, poll, wait4.
#include "emu/cli/bench_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pagelab::cli {

namespace {

using Clock = std::chrono::steady_clock;

double seconds(timeval const& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// A child process and our end of its socket. Killed and waited for when it goes out of scope.
class Child {
  public:
    Child(pid_t process, int socket) : process_(process), socket_(socket) {}
    ~Child()
    {
        wait();
        close(socket_);
    }
    Child(Child const&) = delete;
    Child& operator=(Child const&) = delete;

    // False when there is no more, or none in time.
    bool read_some(Clock::time_point deadline, std::string& output)
    {
        auto const left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd waiting{socket_, POLLIN, 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
            return false;
        std::array<char, 4096> bytes;
        ssize_t const count = read(socket_, bytes.data(), bytes.size());
        if (count <= 0)
            return false;
        auto const end = std::remove(bytes.begin(), bytes.begin() + count, '\r');
        output.append(bytes.begin(), end);
        return true;
    }

    void type(std::string const& text)
    {
        if (send(socket_, text.data(), text.size(), MSG_NOSIGNAL) < 0)
            return; // it has ended, as the next read will show
    }

    rusage wait()
    {
        rusage usage{};
        if (process_ <= 0)
            return usage;
        int status = 0;
        kill(process_, SIGKILL); // nothing happens to one that has ended
        wait4(process_, &status, 0, &usage);
        process_ = -1;
        return usage;
    }

  private:
    pid_t process_;
    int socket_;
};

Result<pid_t> spawn(std::vector<std::string> words, int socket)
{
    std::vector<char*> argv;
    for (std::string& word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    for (int const stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_adddup2(&actions, socket, stream);
    pid_t process = -1;
    int const error = posix_spawnp(&process, argv[0], &actions, nullptr, argv.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        return fail("cannot run {}: {}", words[0], std::strerror(error));
    return process;
}

std::string last_line(std::string const& text)
{
    size_t const end = text.find_last_not_of('\n');
    if (end == std::string::npos)
        return "no output";
    size_t const start = text.rfind('\n', end);
    return text.substr(start + 1, end - start);
}

} // namespace

Result<ProcessUsage> run_process(ProcessRequest const& request)
{
    std::array<int, 2> sockets{};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()) != 0)
        return fail("cannot make a socket: {}", std::strerror(errno));
    auto const started = Clock::now();
    auto const process = spawn(request.words, sockets[1]);
    close(sockets[1]);
    Child child(process.value_or(-1), sockets[0]);
    if (!process)
        return std::unexpected(process.error());

    ProcessUsage result;
    auto const deadline = started + request.limit;
    size_t from = 0;
    for (Exchange const& exchange : request.script) {
        size_t found = std::string::npos;
        while ((found = result.output.find(exchange.wait_for, from)) == std::string::npos)
            if (!child.read_some(deadline, result.output))
                return fail("{} did not print '{}'; its last line: {}", request.words[0],
                            exchange.wait_for, last_line(result.output));
        from = found + exchange.wait_for.size();
        child.type(exchange.type);
    }
    if (request.script.empty())
        while (child.read_some(deadline, result.output)) {
        }
    auto const ended = Clock::now();
    if (ended >= deadline)
        return fail("{} ran longer than {} s", request.words[0], request.limit.count());
    rusage const usage = child.wait();
    result.wall_seconds = std::chrono::duration<double>(ended - started).count();
    result.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    result.peak_kib = static_cast<double>(usage.ru_maxrss);
    return result;
}

} // namespace pagelab::cli
