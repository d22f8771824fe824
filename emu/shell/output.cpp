// Streams of C, since a pipe to sh is one.
#include "emu/shell/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <sys/wait.h>

namespace pagelab::shell {

Result<> write_all(std::string const& text, std::FILE* out)
{
    if (std::fwrite(text.data(), 1, text.size(), out) != text.size() || std::fflush(out) != 0)
        return fail("writing: {}", std::strerror(errno));
    return {};
}

Result<> write_to_file(std::string const& text, std::string const& path, bool append)
{
    std::FILE* const file = std::fopen(path.c_str(), append ? "a" : "w");
    if (file == nullptr)
        return fail("{}: {}", path, std::strerror(errno));
    auto const written = write_all(text, file);
    if (std::fclose(file) != 0 && written)
        return fail("{}: {}", path, std::strerror(errno));
    return written;
}

Result<> write_to_pipe(std::string const& text, std::string const& command, std::FILE* out)
{
    std::fflush(out);
    auto* const handler = std::signal(SIGPIPE, SIG_IGN);
    std::string const line = fmt::format("{{ {}\n}} >&{}", command, fileno(out));
    std::FILE* const pipe = popen(line.c_str(), "w");
    if (pipe == nullptr)
        return fail("sh cannot be run: {}", std::strerror(errno));
    std::fwrite(text.data(), 1, text.size(), pipe);
    int const status = pclose(pipe);
    std::signal(SIGPIPE, handler);
    if (WIFEXITED(status) && WEXITSTATUS(status) > 1)
        return fail("'{}' ended with status {}", command, WEXITSTATUS(status));
    return {};
}

} // namespace pagelab::shell
