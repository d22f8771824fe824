// Terminal settings, line-by-line scripts, and the wall-clock limit.
#include "emu/cli/attendant.hpp"

#include <algorithm>
#include <cstdio>
#include <iostream>

#include <poll.h>
#include <termios.h>
#include <unistd.h>

namespace pagelab::cli {

namespace {

// Keys reach the guest as they are pressed and it echoes them; Ctrl-C still ends pagelab.
class RawTerminal {
  public:
    bool enter()
    {
        if (isatty(STDIN_FILENO) == 0 || tcgetattr(STDIN_FILENO, &saved_) != 0)
            return false;
        termios raw = saved_;
        raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        raw.c_iflag &= ~static_cast<tcflag_t>(ICRNL);
        entered_ = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
        if (entered_)
            std::atexit([] { terminal().leave(); });
        return entered_;
    }
    void leave()
    {
        if (entered_)
            tcsetattr(STDIN_FILENO, TCSANOW, &saved_);
        entered_ = false;
    }
    static RawTerminal& terminal()
    {
        static RawTerminal instance;
        return instance;
    }

  private:
    termios saved_{};
    bool entered_ = false;
};

} // namespace

CommandLineAttendant::CommandLineAttendant(AttendantOptions options)
    : options_(std::move(options)), lines_(options_.first.begin(), options_.first.end())
{
    lines_.insert(lines_.end(), options_.exec.begin(), options_.exec.end());
    if (options_.timeout_seconds)
        deadline_ = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                       std::chrono::duration<double>(*options_.timeout_seconds));
    if (!options_.exec.empty())
        options_.use_stdin = false;
    if (options_.use_stdin)
        is_terminal_ = RawTerminal::terminal().enter();
}

CommandLineAttendant::~CommandLineAttendant()
{
    flush();
    RawTerminal::terminal().leave();
}

void CommandLineAttendant::attach_terminal()
{
    is_terminal_ = RawTerminal::terminal().enter();
    if (end_ == EndOfRun::Shell || (is_terminal_ && end_ == EndOfRun::InputOver))
        end_ = EndOfRun::Guest;
}

void CommandLineAttendant::detach_terminal()
{
    flush();
    RawTerminal::terminal().leave();
    is_terminal_ = false;
}

void CommandLineAttendant::flush()
{
    if (!output_.empty()) {
        std::fwrite(output_.data(), 1, output_.size(), options_.stream);
        std::fflush(options_.stream);
    }
    output_.clear();
}

void CommandLineAttendant::add_line(std::string line)
{
    if (!is_awaited()) {
        lines_.push_back(std::move(line));
        return;
    }
    end_ = EndOfRun::Guest; // the guest waits already and will not say so again
    type_line(line);
}

void CommandLineAttendant::go_on_waiting()
{
    if (end_ == EndOfRun::InputOver)
        end_ = EndOfRun::Guest;
}

void CommandLineAttendant::go_to(bool awaited)
{
    typed_.clear();
    awaited_ = awaited;
    end_ = EndOfRun::Guest;
}

void CommandLineAttendant::serial_output(uint8_t byte)
{
    if (byte == '\r')
        return;
    if (options_.capture != nullptr) {
        options_.capture->push_back(static_cast<char>(byte));
        return;
    }
    output_.push_back(static_cast<char>(byte));
    if (is_terminal_ || output_.size() >= 4096)
        flush();
}

void CommandLineAttendant::debug_output(uint8_t byte)
{
    std::fputc(byte, stderr);
}

std::vector<uint8_t> CommandLineAttendant::serial_input(size_t room)
{
    std::vector<uint8_t> bytes;
    for (; bytes.size() < room && !typed_.empty() && typed_.front() != kBreak; typed_.pop_front())
        bytes.push_back(static_cast<uint8_t>(typed_.front()));
    return bytes;
}

bool CommandLineAttendant::take_break()
{
    if (typed_.empty() || typed_.front() != kBreak)
        return false;
    typed_.pop_front();
    return true;
}

void CommandLineAttendant::type(char key)
{
    if (end_ != EndOfRun::Guest)
        return;
    awaited_ = false;
    switch (escape_.press(key)) {
    case Keystroke::Typed:
        typed_.push_back(static_cast<uint8_t>(key));
        break;
    case Keystroke::Break:
        typed_.push_back(kBreak);
        break;
    case Keystroke::Shell:
        end_ = EndOfRun::Shell;
        break;
    case Keystroke::End:
        end_ = EndOfRun::Key;
        break;
    case Keystroke::Help:
        std::fputs(kConsoleHelp, stderr);
        break;
    case Keystroke::Escape:
    case Keystroke::Unknown:
        break;
    }
}

void CommandLineAttendant::type_line(std::string const& line)
{
    for (char const key : line + '\r')
        type(key);
}

bool CommandLineAttendant::read_line_from_stdin()
{
    std::string line;
    if (!std::getline(std::cin, line))
        return false;
    type_line(line);
    return true;
}

void CommandLineAttendant::guest_waits()
{
    flush();
    awaited_ = true;
    if (!typed_.empty() || end_ != EndOfRun::Guest)
        return;
    if (!lines_.empty()) {
        type_line(lines_.front());
        lines_.pop_front();
        return;
    }
    if (is_terminal_)
        return;
    if (options_.use_stdin && read_line_from_stdin())
        return;
    if (options_.exec.empty() || poweroff_typed_ || options_.at_end == AtEnd::Leave) {
        end_ = EndOfRun::InputOver;
        return;
    }
    type_line("poweroff");
    poweroff_typed_ = true;
}

void CommandLineAttendant::read_terminal()
{
    char bytes[64];
    ssize_t const count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count > 0)
        std::for_each(bytes, bytes + count, [this](char key) { type(key); });
    else
        end_ = EndOfRun::InputOver;
}

bool CommandLineAttendant::attend(std::optional<uint64_t> idle_ns)
{
    if (Clock::now() >= deadline_) {
        flush();
        end_ = EndOfRun::Timeout;
    }
    if (end_ != EndOfRun::Guest)
        return false;
    if (idle_ns && idle_ns.value() > 1'000'000'000)
        flush();
    if (is_terminal_) {
        flush();
        // A person is there: idle time passes as it does for them.
        int const wait_ms =
            idle_ns ? static_cast<int>(std::min<uint64_t>(*idle_ns / 1'000'000, 1000)) : 0;
        pollfd input = {STDIN_FILENO, POLLIN, 0};
        if (poll(&input, 1, wait_ms) > 0)
            read_terminal();
    }
    return end_ == EndOfRun::Guest;
}

} // namespace pagelab::cli
