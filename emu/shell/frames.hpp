// The stack that is looked at, as frames, and what they look like.
#pragma once

#include <vector>

#include "emu/guest/dwarf_scopes.hpp"
#include "emu/guest/unwind.hpp"
#include "emu/shell/json.hpp"

namespace pagelab::shell {

class Session;

using Frames = std::vector<guest::StackFrame>;

// Of the stack that is looked at, see Session::thread_stack.
Result<Frames> stack_frames(Session& session);

// Whether an address is code of the kernel or of a module.
bool is_text(Session& session, uint64_t address);

// {"number": 0, "pc": "0x..", "symbol": "f+0x1", "sp": "0x..", "found_by": "frame pointer",
//  "functions": [{"name": "f", "file": "a.cpp", "line": 3}]}: inlined ones come first.
Result<Json> frame_json(Session& session, guest::StackFrame const& frame, size_t number);
std::string frame_text(Json const& frame);

// The variables in sight in a frame.
Result<std::vector<guest::LocalVariable>> frame_locals(Session& session,
                                                       guest::StackFrame const& frame);
// As a value for expressions; fails if it was optimized out.
Result<guest::CValue> local_value(guest::LocalVariable const& local);

} // namespace pagelab::shell
