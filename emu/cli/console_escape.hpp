// Ctrl-A, as at QEMU's console: the key after it is for pagelab and not for the guest.
//
// Keys that are not named here do nothing.
#pragma once

#include <cstdint>

namespace pagelab::cli {

enum class Keystroke : uint8_t {
    Typed,  // the guest's
    Escape, // Ctrl-A: the next one decides
    Break,  // Ctrl-A b: a BREAK on the serial line
    Shell,  // Ctrl-A c: the debugger shell
    End,    // Ctrl-A x: the run is over
    Help,   // Ctrl-A h
    Unknown,
};

inline constexpr char kEscapeKey = 0x01; // Ctrl-A
inline constexpr char kBreakKey = 'b';
inline constexpr char kConsoleHelp[] =
    "Ctrl-A b       send BREAK; then m, for example, is SysRq-m\n"
    "Ctrl-A c       open the debugger shell; so does Ctrl-C\n"
    "Ctrl-A x       end the run\n"
    "Ctrl-A h       this help\n"
    "Ctrl-A Ctrl-A  send Ctrl-A\n";

class ConsoleEscape {
  public:
    Keystroke press(char key)
    {
        if (!escaped_) {
            escaped_ = key == kEscapeKey;
            return escaped_ ? Keystroke::Escape : Keystroke::Typed;
        }
        escaped_ = false;
        switch (key) {
        case kEscapeKey:
            return Keystroke::Typed;
        case kBreakKey:
            return Keystroke::Break;
        case 'c':
            return Keystroke::Shell;
        case 'x':
            return Keystroke::End;
        case 'h':
        case '?':
            return Keystroke::Help;
        default:
            return Keystroke::Unknown;
        }
    }

  private:
    bool escaped_ = false;
};

} // namespace pagelab::cli
