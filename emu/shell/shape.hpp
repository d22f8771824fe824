// Shapes: what a command's JSON looks like, written as JSON, and checked of every document.
//
//   {"address": "hex", "levels": [{"level": "number", "flags": "string?"}]}
//
// A string names what stands in its place: hex, number, string, bool, any; with '?' the member may
// be absent or null. An array of one shape: any number of those. {"*": shape}: any names, each with
// that shape. {"?": shape}: that, or absent. "a|b": either. A shape is what `help` shows and what
// --json promises.
#pragma once

#include <string_view>

#include "emu/shell/json.hpp"

namespace pagelab::shell {

// Fails with where and how the document differs: ".levels[2].entry: a number, not hex".
Result<> conforms(Json const& document, std::string_view shape);

} // namespace pagelab::shell
