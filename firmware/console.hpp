// The firmware is silent, but for one line when it cannot go on.
#pragma once

namespace pagelab::firmware {

// Prints "pagelab firmware: " and the reason on the debug port and on COM1, then halts for good.
[[noreturn]] void die(char const* reason);

} // namespace pagelab::firmware
