// A moment of the machine: Machine::snapshot() and restore().
//
// Plain data, which outlives the machine it was taken from. It shares the pages of RAM that have
// not changed with those before it: a thousand moments cost little more than what was written
// between them.
#pragma once

#include <string>

#include "emu/cpu/engine_image.hpp"
#include "emu/mem/ram_image.hpp"

namespace pagelab::machine {

struct Snapshot {
    mem::RamImage ram;
    cpu::EngineImage engine;
    std::string parts; // devices, time and turns, as serialize() of each writes them
};

} // namespace pagelab::machine
