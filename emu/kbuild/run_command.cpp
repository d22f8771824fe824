// posix_spawn and waitpid.
#include "emu/kbuild/run_command.hpp"

#include <cstring>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace pagelab::kbuild {

Result<> run_command(std::vector<std::string> const& words)
{
    std::vector<std::string> copies = words;
    std::vector<char*> arguments;
    for (auto& word : copies)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    pid_t process = 0;
    int const error =
        posix_spawnp(&process, arguments[0], nullptr, nullptr, arguments.data(), environ);
    if (error != 0)
        return fail("cannot start '{}': {}", words[0], std::strerror(error));
    int status = 0;
    while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
    }
    if (!WIFEXITED(status))
        return fail("'{}' was killed by signal {}", words[0], WTERMSIG(status));
    if (WEXITSTATUS(status) != 0)
        return std::unexpected(Error{fmt::format("'{}' failed", words[0]), WEXITSTATUS(status)});
    return {};
}

} // namespace pagelab::kbuild
