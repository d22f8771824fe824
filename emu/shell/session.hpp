// Session: a target, the table of commands, and where their output goes.
//
// execute() takes a line as typed; the line editor, batch files and tests all come in here. What a
// command finds wrong is an Error of one line; nothing a guest or a user does ends the process.
#pragma once

#include <cstdio>
#include <functional>
#include <map>
#include <span>
#include <string>

#include "emu/shell/command.hpp"
#include "emu/shell/progress.hpp"
#include "emu/shell/target.hpp"

namespace pagelab::shell {

// Who sits at the live machine's console for the shell.
class Runner {
  public:
    virtual ~Runner() = default;
    // Types a line, runs until the guest waits for the next, and returns what it printed.
    virtual Result<std::string> type(std::string const& line) = 0;
    // Goes on until something ends the run; the console is the user's meanwhile.
    virtual Result<machine::Outcome> go_on() = 0;
};

class Session {
  public:
    // runner: of a live target, else null. out: where text goes. Both outlive the session.
    Session(Target& target, Runner* runner, std::FILE* out);

    // One line. An empty one does nothing.
    Result<> execute(std::string_view line);
    // The same, as a document, which is checked against the command's shape. No pipes or files.
    Result<Json> read(std::string_view line);

    // Whether `quit` was said.
    bool is_over() const { return over_; }
    void end() { over_ = true; }
    // All commands print JSON, not text.
    void use_json(bool always) { json_ = always; }

    Target& target() { return target_; }
    Result<machine::Machine*> machine(); // fails for a target that can only be read
    Result<Runner*> runner();
    Progress& progress() { return progress_; }

    // A number, a symbol, a register ($rip), and sums of them: "kernel_vmalloc+0x10".
    Result<uint64_t> evaluate(std::string const& expression);

    // What could stand at the end of the line.
    std::vector<std::string> complete(std::string_view line);

    // Something derived from the target, made by `make` once for each generation of it.
    template<class T, class Make>
    Result<T const*> derived(Make make)
    {
        static char const key = 0;
        Kept& kept = kept_[&key];
        if (kept.value == nullptr || kept.generation != target_.generation()) {
            kept.value = std::make_shared<T>(TRY(make()));
            kept.generation = target_.generation();
        }
        return static_cast<T const*>(kept.value.get());
    }

  private:
    struct Kept {
        std::shared_ptr<void> value;
        uint64_t generation = 0;
    };
    struct Answer {
        Command const* command = nullptr;
        Json document;
        bool json = false;
    };

    Result<Answer> answer(std::vector<std::string> words);
    std::vector<std::string> candidates(Completes kind, std::string_view beginning);
    Result<> print(Answer const& answer, struct CommandLine const& line);

    Target& target_;
    Runner* runner_;
    std::FILE* out_;
    Progress progress_;
    std::map<void const*, Kept> kept_;
    bool over_ = false;
    bool json_ = false;
};

} // namespace pagelab::shell
