// Lines in, Ctrl-C to whoever is at work, and the guest's console in between.
#include "emu/cli/shell_host.hpp"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>

#include <unistd.h>

#include "emu/shell/line_editor.hpp"

namespace pagelab::cli {

namespace {

std::atomic<machine::Machine*> running_machine = nullptr;

void on_interrupt(int)
{
    shell::Progress::interrupt();
    if (machine::Machine* const machine = running_machine)
        machine->request_stop();
}

void execute(shell::Session& session, std::string const& line)
{
    if (auto const done = session.execute(line); !done)
        fmt::print(stderr, "{}\n", done.error().message);
}

} // namespace

ConsoleRunner::ConsoleRunner(machine::Machine& machine, machine::Recorder& recorder,
                             CommandLineAttendant& attendant, bool is_person)
    : machine_(machine), recorder_(recorder), attendant_(attendant), is_person_(is_person)
{
    std::signal(SIGINT, on_interrupt);
}

ConsoleRunner::~ConsoleRunner()
{
    std::signal(SIGINT, SIG_DFL);
}

machine::Outcome ConsoleRunner::advance(Advance const& advance)
{
    running_machine = &machine_;
    machine::Outcome outcome = advance(machine_);
    while (outcome == machine::Outcome::Stopped && pass_over_ && pass_over_(machine_))
        outcome = advance(machine_);
    running_machine = nullptr;
    return outcome;
}

Result<machine::Outcome> ConsoleRunner::type(std::string const& line, std::string& printed)
{
    if (!line.empty())
        attendant_.add_line(line);
    attendant_.capture(&printed);
    machine::Outcome const outcome =
        this->advance([](machine::Machine& machine) { return machine.run(); });
    attendant_.capture(nullptr);
    return outcome;
}

Result<machine::Outcome> ConsoleRunner::run(Advance const& advance, Waiting waiting)
{
    if (is_person_)
        attendant_.attach_terminal();
    else if (waiting == Waiting::Ends && attendant_.is_awaited() && !recorder_.is_past())
        return machine::Outcome::Interrupted;
    else if (!recorder_.is_past())
        attendant_.go_on_waiting();
    machine::Outcome const outcome = this->advance(advance);
    attendant_.detach_terminal();
    return outcome;
}

Result<int> run_batch(shell::Session& session, std::string const& script,
                      std::vector<std::string> const& commands)
{
    std::vector<std::string> lines;
    if (!script.empty()) {
        std::ifstream file(script);
        for (std::string line; std::getline(file, line);)
            lines.push_back(line);
        if (lines.empty() && !file.eof())
            return fail("cannot read '{}': {}", script, std::strerror(errno));
    }
    lines.insert(lines.end(), commands.begin(), commands.end());
    for (std::string const& line : lines) {
        if (auto const done = session.execute(line); !done) {
            fmt::print(stderr, "pagelab: {}\n", done.error().message);
            return 1;
        }
        if (session.is_over())
            break;
    }
    return 0;
}

void converse(shell::Session& session)
{
    std::signal(SIGINT, on_interrupt);
    if (isatty(STDIN_FILENO) == 0) {
        for (std::string line; !session.is_over() && std::getline(std::cin, line);)
            execute(session, line);
        return;
    }
    shell::LineEditor editor([&](std::string_view line) { return session.complete(line); });
    while (!session.is_over()) {
        std::optional<std::string> const line = editor.read_line("(pagelab) ");
        if (!line)
            break;
        execute(session, *line);
    }
}

} // namespace pagelab::cli
