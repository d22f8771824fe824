// Every command of the shell, each in the file of its name.
#pragma once

#include "emu/shell/command.hpp"

namespace pagelab::shell {

extern Command const kBuddyinfo;
extern Command const kCore;
extern Command const kGuest;
extern Command const kHelp;
extern Command const kQuit;
extern Command const kWalk;

} // namespace pagelab::shell
