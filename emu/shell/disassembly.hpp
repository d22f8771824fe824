// Instructions of the target with their symbols, as documents and as text.
#pragma once

#include "emu/base/decoder.hpp"
#include "emu/cpu/cpu_state.hpp"
#include "emu/shell/json.hpp"

namespace pagelab::shell {

class Session;

// By the selected processor's mode.
CodeWidth code_width(cpu::CpuState const& state);

// An array of `count` instructions from a linear address on; shorter where memory ends. Fails if
// there is none at all. Of each:
//   {"address": "hex", "symbol": "string?", "bytes": "string", "text": "string",
//    "target": "string?", "current": "bool"}
// "current": the processor is at it; "target": the symbol of what it branches or refers to.
Result<Json> disassemble(Session& session, uint64_t address, uint64_t count,
                         Syntax syntax = Syntax::Att);

// "=> 0xffffffff81000010 <f+0x10>:  e8 01 00 00 00  callq  0xffffffff81000020 <g>", a line each.
std::string disassembly_text(Json const& instructions);

} // namespace pagelab::shell
