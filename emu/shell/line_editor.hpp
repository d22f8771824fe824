// LineEditor: lines from a person at a terminal: editing, history, completion (libedit).
//
// History is kept in a file, ~/.pagelab_history, when there is a home folder. One at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pagelab::shell {

class LineEditor {
  public:
    using Complete = std::function<std::vector<std::string>(std::string_view line)>;

    explicit LineEditor(Complete complete);
    ~LineEditor();
    LineEditor(LineEditor const&) = delete;
    LineEditor& operator=(LineEditor const&) = delete;

    // Without its newline; empty after Ctrl-C; nothing at the end of the input.
    std::optional<std::string> read_line(char const* prompt);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

} // namespace pagelab::shell
