// libedit's native interface: EditLine and History.
#include "emu/shell/line_editor.hpp"

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include <histedit.h>

namespace pagelab::shell {

struct LineEditor::State {
    Complete complete;
    EditLine* editor = nullptr;
    History* history = nullptr;
    std::string history_file;
    char const* prompt = "";
};

namespace {

// The longest beginning that all have.
std::string common_beginning(std::vector<std::string> const& names)
{
    std::string common = names.front();
    for (std::string const& name : names) {
        size_t same = 0;
        while (same < common.size() && same < name.size() && common[same] == name[same])
            ++same;
        common.resize(same);
    }
    return common;
}

void list(std::vector<std::string> const& names)
{
    constexpr size_t kMost = 200;
    std::fputc('\n', stdout);
    for (size_t i = 0; i < names.size() && i < kMost; ++i)
        std::printf("%s%s", names[i].c_str(), (i + 1) % 4 == 0 ? "\n" : "  ");
    if (names.size() > kMost)
        std::printf("... %zu more", names.size() - kMost);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

} // namespace

LineEditor::LineEditor(Complete complete) : state_(std::make_unique<LineEditor::State>())
{
    state_->complete = std::move(complete);
    state_->editor = el_init("pagelab", stdin, stdout, stderr);
    state_->history = history_init();
    HistEvent event;
    history(state_->history, &event, H_SETSIZE, 1000);
    history(state_->history, &event, H_SETUNIQUE, 1);
    if (char const* const home = std::getenv("HOME"); home != nullptr && *home != '\0') {
        state_->history_file = std::string(home) + "/.pagelab_history";
        history(state_->history, &event, H_LOAD, state_->history_file.c_str());
    }
    el_set(state_->editor, EL_CLIENTDATA, state_.get());
    el_set(state_->editor, EL_EDITOR, "emacs");
    el_set(state_->editor, EL_SIGNAL, 1);
    el_set(state_->editor, EL_HIST, history, state_->history);
    el_set(
        state_->editor, EL_PROMPT, +[](EditLine* editor) {
            LineEditor::State* state = nullptr;
            el_get(editor, EL_CLIENTDATA, &state);
            return const_cast<char*>(state->prompt);
        });
    el_set(
        state_->editor, EL_ADDFN, "complete", "complete a name", +[](EditLine* editor, int) {
            LineEditor::State* state = nullptr;
            el_get(editor, EL_CLIENTDATA, &state);
            LineInfo const* const info = el_line(editor);
            std::string_view const line(info->buffer,
                                        static_cast<size_t>(info->cursor - info->buffer));
            auto const names = state->complete(line);
            if (names.empty())
                return CC_ERROR;
            size_t const typed = line.size() - (line.find_last_of(' ') + 1);
            std::string rest = common_beginning(names).substr(typed);
            if (names.size() == 1 && !names.front().ends_with('/'))
                rest += ' ';
            if (!rest.empty())
                el_insertstr(editor, rest.c_str());
            else
                list(names);
            return rest.empty() ? CC_REDISPLAY : CC_REFRESH;
        });
    el_set(state_->editor, EL_BIND, "^I", "complete", nullptr);
    el_set(state_->editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
    el_source(state_->editor, nullptr); // the user's ~/.editrc
}

LineEditor::~LineEditor()
{
    HistEvent event;
    if (!state_->history_file.empty())
        history(state_->history, &event, H_SAVE, state_->history_file.c_str());
    history_end(state_->history);
    el_end(state_->editor);
}

std::optional<std::string> LineEditor::read_line(char const* prompt)
{
    state_->prompt = prompt;
    int count = 0;
    errno = 0;
    char const* const line = el_gets(state_->editor, &count);
    if (line == nullptr || count <= 0)
        return errno == EINTR ? std::optional<std::string>("") : std::nullopt;
    std::string result(line, static_cast<size_t>(count));
    if (result.ends_with('\n'))
        result.pop_back();
    HistEvent event;
    if (result.find_first_not_of(' ') != std::string::npos)
        history(state_->history, &event, H_ENTER, result.c_str());
    return result;
}

} // namespace pagelab::shell
