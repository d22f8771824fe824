// The console of a person, at a pseudo-terminal, and of a script: Ctrl-A, BREAK and SysRq.
#include <chrono>
#include <csignal>
#include <string>

#include <doctest/doctest.h>
#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/session/program.hpp"

namespace pagelab::session {

namespace {

constexpr std::string_view kPrompt = "/ # ";

// The program at a terminal of its own, until the object goes.
class AtTerminal {
  public:
    explicit AtTerminal(std::vector<char const*> arguments)
    {
        arguments.insert(arguments.begin(), PAGELAB_BUILD_DIR "/emu/pagelab");
        arguments.push_back(nullptr);
        process_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
        REQUIRE(process_ >= 0);
        if (process_ == 0) {
            execv(arguments.front(), const_cast<char**>(arguments.data()));
            _exit(127);
        }
    }
    ~AtTerminal()
    {
        if (process_ > 0) {
            kill(process_, SIGKILL);
            waitpid(process_, nullptr, 0);
        }
        close(terminal_);
    }
    AtTerminal(AtTerminal const&) = delete;
    AtTerminal& operator=(AtTerminal const&) = delete;

    void type(std::string_view keys)
    {
        REQUIRE(write(terminal_, keys.data(), keys.size()) == static_cast<ssize_t>(keys.size()));
    }

    // What appears up to and with `end`; fails the test if that does not come within a minute.
    std::string read_to(std::string_view end)
    {
        auto const deadline = std::chrono::steady_clock::now() + std::chrono::minutes(1);
        size_t found = 0;
        while ((found = screen_.find(end)) == std::string::npos) {
            pollfd waiting{terminal_, POLLIN, 0};
            char bytes[512];
            ssize_t const count =
                poll(&waiting, 1, 1000) > 0 ? read(terminal_, bytes, sizeof bytes) : 0;
            REQUIRE_MESSAGE(count >= 0, screen_);
            REQUIRE(std::chrono::steady_clock::now() < deadline);
            screen_.append(bytes, static_cast<size_t>(count));
        }
        std::string const text = screen_.substr(0, found + end.size());
        screen_.erase(0, text.size());
        return text;
    }

    int wait()
    {
        int status = 0;
        waitpid(process_, &status, 0);
        process_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }

  private:
    int terminal_ = -1;
    pid_t process_ = -1;
    std::string screen_;
};

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("at a terminal, Ctrl-A b and m give Linux' Mem-Info; Ctrl-A x ends the run")
{
    for (char const* arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        AtTerminal console({"boot", "--arch", arch, "--mem", "1G"});
        console.read_to(kPrompt);
        console.type("\x01"
                     "bm");
        std::string const report = console.read_to("pages reserved");
        CHECK(has(report, "sysrq: Show Memory\r\n"));
        CHECK(has(report, "Mem-Info:\r\n"));
        CHECK(has(report, "Node 0 active_anon:"));
        CHECK(has(report, "lowmem_reserve[]:"));
        bool const is_i686 = arch == std::string("i686");
        CHECK(has(report, is_i686 ? "] HighMem: " : "] Node 0 DMA32: "));
        console.type("echo \x01q\x01\x01still here\r"); // an unknown key; Ctrl-A for the guest
        CHECK(has(console.read_to("still here\r\nstill here"), "echo"));
        console.read_to(kPrompt);
        console.type("\x01h");
        console.read_to("Ctrl-A x       end the run");
        console.type("\x01x");
        console.read_to("pagelab: ended by Ctrl-A x");
        CHECK(console.wait() == 0);
    }
}

TEST_CASE("--sysrq takes its turn among the lines; the same escapes work on a pipe")
{
    for (char const* arch : {"x86_64", "i686"}) {
        CAPTURE(arch);
        auto const run = run_program({"boot", "--arch", arch, "--exec", "echo before", "--sysrq",
                                      "m", "--exec", "echo after", "--sysrq", "o"});
        CHECK(run.status == 0);
        size_t const before = run.out.find("\nbefore\n");
        size_t const report = run.out.find("Mem-Info:\n");
        size_t const after = run.out.find("\nafter\n");
        CHECK(before < report);
        CHECK(report < after);
        CHECK(after != std::string::npos);
        CHECK(has(run.out, "sysrq: Power Off\n"));
    }
    auto const piped = run_program({"boot"}, "\x01"
                                             "b \n\x01xecho not reached\n");
    CHECK(piped.status == 0);
    CHECK(has(piped.out, "sysrq: HELP : "));
    CHECK(!has(piped.out, "\nnot reached\n"));
    CHECK(piped.err == "pagelab: ended by Ctrl-A x\n");
    auto const wrong = run_program({"boot", "--sysrq", "mm"});
    CHECK(wrong.status == 125);
    CHECK(has(wrong.err, "'mm' is not one key"));
}

} // namespace pagelab::session
