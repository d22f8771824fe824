// Every command of the shell, each in the file of its name.
#pragma once

#include "emu/shell/command.hpp"

namespace pagelab::shell {

extern Command const kBt;
extern Command const kBuddyinfo;
extern Command const kCore;
extern Command const kDisas;
extern Command const kFrame;
extern Command const kGdt;
extern Command const kGuest;
extern Command const kHelp;
extern Command const kIdt;
extern Command const kList;
extern Command const kLocals;
extern Command const kPrint;
extern Command const kPtype;
extern Command const kQuit;
extern Command const kRegs;
extern Command const kStruct;
extern Command const kSym;
extern Command const kTss;
extern Command const kWalk;

} // namespace pagelab::shell
