// The debugger shell at the user's terminal, or fed from a script: what `shell` and `boot` share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "emu/cli/attendant.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::cli {

// At the console for the shell: types what it is told, and hands over what the guest says. While
// the machine runs, Ctrl-C asks it to stop. One at a time.
class ConsoleRunner final : public shell::Runner {
  public:
    // All must outlive it; the recorder is the machine's attendant. is_person: keys go to the guest
    // while it runs.
    ConsoleRunner(machine::Machine& machine, machine::Recorder& recorder,
                  CommandLineAttendant& attendant, bool is_person);
    ~ConsoleRunner() override;
    ConsoleRunner(ConsoleRunner const&) = delete;
    ConsoleRunner& operator=(ConsoleRunner const&) = delete;

    Result<machine::Outcome> type(std::string const& line, std::string& printed) override;
    void queue(std::string const& line) override { attendant_.add_line(line); }
    Result<machine::Outcome> run(Advance const& advance, Waiting waiting) override;
    void pass_over(PassOver stops) override { pass_over_ = std::move(stops); }
    machine::Recorder& recorder() override { return recorder_; }
    void moved(bool awaited) override { attendant_.go_to(awaited); }

  private:
    machine::Outcome advance(Advance const& advance);

    machine::Machine& machine_;
    machine::Recorder& recorder_;
    PassOver pass_over_; // empty: none
    CommandLineAttendant& attendant_;
    bool is_person_;
};

// The lines of a file (empty: none), then the commands; ends at the first that fails, with status
// 1. Fails if the file cannot be read.
Result<int> run_batch(shell::Session& session, std::string const& script,
                      std::vector<std::string> const& commands);

// Lines from stdin until its end or `quit`; a terminal has editing, history and completion.
void converse(shell::Session& session);

} // namespace pagelab::cli
