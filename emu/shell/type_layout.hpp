// How a type is laid out, as a document, and as a declaration.
//
//   {"type": "zone", "kind": "struct", "size": 1664,
//    "members": [{"name": "lru", "type": "list_head", "declaration": "list_head lru",
//                 "offset": 8, "size": 16, "bits": {"offset": 0, "size": 3}?,
//                 "members": [..] of an unnamed one}],
//    "enumerators": [{"name": .., "value": ..}], "holes": 2, "hole_bytes": 12}
#pragma once

#include <string>

#include "emu/guest/dwarf_c_type.hpp"
#include "emu/shell/json.hpp"

namespace pagelab::shell {

Json type_layout(guest::CTypes const& types, guest::CType const& type);

enum class Offsets : uint8_t { Hidden, Shown };

// As C declares it; with offsets and holes as pahole shows them.
std::string type_text(Json const& layout, Offsets offsets);

} // namespace pagelab::shell
