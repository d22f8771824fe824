// Damage in a document, and as the last lines of a command's text.
#pragma once

#include <string>
#include <vector>

#include "emu/guest/damage.hpp"
#include "emu/shell/json.hpp"

namespace pagelab::shell {

// Each element: {"what": "string", "where": "hex", "expected": "hex", "found": "hex"}.
Json damage_list(std::vector<guest::Damage> const& damage);

// "damage: <what> at <where>: expected <x>, found <y>", a line for each; empty without.
std::string damage_text(Json const& list);

} // namespace pagelab::shell
