// A byte at a time; what runs off the right edge is lost.
#include "tests/session/terminal_screen.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace pagelab::session {

void TerminalScreen::put(uint8_t byte)
{
    char const c = static_cast<char>(byte);
    if (c == '\033') {
        in_sequence_ = true;
        sequence_.clear();
    } else if (in_sequence_) {
        sequence_ += c;
        if (sequence_.size() > 1 && c >= '@' && c <= '~')
            finish_sequence(c);
    } else if (c == '\r') {
        column_ = 0;
    } else if (c == '\n') {
        row_ = std::min(row_ + 1, kRows - 1);
    } else {
        if (column_ < kColumns)
            rows_[row_][column_] = c;
        column_++;
    }
}

void TerminalScreen::finish_sequence(char command)
{
    in_sequence_ = false;
    unsigned row = 1, column = 1;
    if (command != 'H')
        return;
    std::sscanf(sequence_.c_str(), "[%u;%u", &row, &column);
    row_ = std::clamp(row, 1u, kRows) - 1;
    column_ = std::clamp(column, 1u, kColumns) - 1;
}

std::string TerminalScreen::text() const
{
    std::string text;
    for (auto const& row : rows_)
        text += row + "\n";
    return text;
}

long TerminalScreen::number_after(std::string const& label) const
{
    for (auto const& row : rows_)
        if (size_t const at = row.find(label); at != std::string::npos) {
            char const* const digits = row.c_str() + at + label.size();
            char* end = nullptr;
            long const number = std::strtol(digits, &end, 10);
            return end == digits ? -1 : number;
        }
    return -1;
}

} // namespace pagelab::session
