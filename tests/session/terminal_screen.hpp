// What a VT100 of 80 x 25 shows: the sequences memtest86+ sends, and no others.
//
// CSI row ; column H moves the cursor (from 1), CSI ... m (colours) and other CSI are skipped.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace pagelab::session {

class TerminalScreen {
  public:
    static constexpr unsigned kRows = 25;
    static constexpr unsigned kColumns = 80;

    TerminalScreen() { rows_.fill(std::string(kColumns, ' ')); }

    void put(uint8_t byte);

    std::string text() const; // all rows, each with a line feed
    // The number right after the first `label` on the screen, -1 if there is none.
    long number_after(std::string const& label) const;

  private:
    void finish_sequence(char command);

    std::array<std::string, kRows> rows_;
    unsigned row_ = 0, column_ = 0;
    bool in_sequence_ = false;
    std::string sequence_; // after ESC
};

} // namespace pagelab::session
