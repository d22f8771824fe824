// Every command of the shell, each in the file of its name.
#pragma once

#include "emu/shell/command.hpp"

namespace pagelab::shell {

extern Command const kBreak;
extern Command const kBt;
extern Command const kBuddy;
extern Command const kBuddyinfo;
extern Command const kCatch;
extern Command const kCheck;
extern Command const kContinue;
extern Command const kCore;
extern Command const kCpu;
extern Command const kCrc;
extern Command const kDelete;
extern Command const kDiff;
extern Command const kDisas;
extern Command const kDump;
extern Command const kEvents;
extern Command const kFind;
extern Command const kFinish;
extern Command const kFrame;
extern Command const kGdt;
extern Command const kGoto;
extern Command const kGuest;
extern Command const kHeat;
extern Command const kHelp;
extern Command const kHexdump;
extern Command const kHistory;
extern Command const kIdt;
extern Command const kIomem;
extern Command const kKmap;
extern Command const kLastWrite;
extern Command const kLeaks;
extern Command const kList;
extern Command const kLoad;
extern Command const kLocals;
extern Command const kMap;
extern Command const kModules;
extern Command const kNext;
extern Command const kObjects;
extern Command const kOwners;
extern Command const kPage;
extern Command const kPcp;
extern Command const kPercpu;
extern Command const kPhys2virt;
extern Command const kPlot;
extern Command const kPoints;
extern Command const kPrint;
extern Command const kPt;
extern Command const kPtype;
extern Command const kQuit;
extern Command const kRecord;
extern Command const kRegs;
extern Command const kRestore;
extern Command const kReverseContinue;
extern Command const kReverseStep;
extern Command const kSave;
extern Command const kSetpte;
extern Command const kSlab;
extern Command const kSlabinfo;
extern Command const kSnapshots;
extern Command const kStep;
extern Command const kStruct;
extern Command const kSym;
extern Command const kTasks;
extern Command const kTlb;
extern Command const kTss;
extern Command const kUntil;
extern Command const kVmalloc;
extern Command const kVmallocinfo;
extern Command const kW;
extern Command const kWalk;
extern Command const kWatch;
extern Command const kWhat;
extern Command const kWhy;
extern Command const kWp;
extern Command const kX;
extern Command const kXp;
extern Command const kZoneinfo;
extern Command const kZones;

} // namespace pagelab::shell
