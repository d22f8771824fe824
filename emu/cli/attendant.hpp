// The Attendant of a command-line run: output to stdout, input from --exec lines or stdin.
//
// Scripted input is typed only when the guest waits for it, a line at a time, so a run does not
// depend on how fast the host is. Only a terminal's keys go in whenever they come. Ctrl-A is an
// escape in all of them.
#pragma once

#include <chrono>
#include <cstdio>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "emu/cli/console_escape.hpp"
#include "emu/machine/machine.hpp"

namespace pagelab::cli {

enum class EndOfRun : uint8_t { Guest, Timeout, InputOver, Key, Shell };

// When all lines are typed and the guest waits for more.
enum class AtEnd : uint8_t { PowerOff, Leave };

struct AttendantOptions {
    std::vector<std::string> first; // lines to type before anything else
    std::vector<std::string> exec;  // lines to type, instead of stdin
    AtEnd at_end = AtEnd::PowerOff;
    std::optional<double> timeout_seconds; // of wall time
    bool use_stdin = true;                 // when there is no exec
    std::string* capture = nullptr;        // serial output goes here instead of a stream
    std::FILE* stream = stdout;            // where it goes otherwise
};

class CommandLineAttendant final : public machine::Attendant {
  public:
    explicit CommandLineAttendant(AttendantOptions options);
    ~CommandLineAttendant() override;
    CommandLineAttendant(CommandLineAttendant const&) = delete;
    CommandLineAttendant& operator=(CommandLineAttendant const&) = delete;

    void serial_output(uint8_t byte) override;
    void debug_output(uint8_t byte) override;
    std::vector<uint8_t> serial_input(size_t room) override;
    bool take_break() override;
    void guest_waits() override;
    bool attend(std::optional<uint64_t> idle_ns) override;

    // Another line for when the guest waits; a run that ended with InputOver can go on with it.
    void add_line(std::string line);
    // The guest has said that it waits, and nothing was typed since.
    bool is_awaited() const { return awaited_ && typed_.empty(); }
    // Such a run goes on nevertheless: what the guest does while it waits is wanted.
    void go_on_waiting();
    // The machine has gone to another moment, where the guest waits or not: lines still to be typed
    // are for then, what was typed and not taken is lost.
    void go_to(bool awaited);
    // A person's keys go to the guest from now on, if stdin is a terminal; then no longer. A run
    // that was ended for the shell can go on after either.
    void attach_terminal();
    void detach_terminal();
    // From now on serial output goes there; null: to the stream.
    void capture(std::string* output) { options_.capture = output; }

    // Why attend() said to stop; Guest if it did not.
    EndOfRun end() const { return end_; }
    void flush();

  private:
    using Clock = std::chrono::steady_clock;

    static constexpr int kBreak = -1; // among the typed bytes

    void type(char key);
    void type_line(std::string const& line);
    void read_terminal();
    bool read_line_from_stdin();

    AttendantOptions options_;
    std::deque<std::string> lines_;
    std::deque<int> typed_; // bytes, kBreak
    ConsoleEscape escape_;
    std::string output_;
    Clock::time_point deadline_ = Clock::time_point::max();
    bool is_terminal_ = false;
    bool poweroff_typed_ = false;
    bool awaited_ = false;
    EndOfRun end_ = EndOfRun::Guest;
};

} // namespace pagelab::cli
