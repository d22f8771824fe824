// A point as a document: what `break`, `watch`, `catch` and `points` show.
#pragma once

#include "emu/shell/session.hpp"

namespace pagelab::shell {

inline constexpr char kPointShape[] =
    R"({"number": "number", "what": "string", "condition": "string?", "hits": "number",
    "temporary": "bool"})";

Json point_document(Point const& point);
std::string point_text(Json const& document);

// What follows "if"; empty for no words. Fails for other words.
Result<std::string> condition_of(std::vector<std::string> const& words);

} // namespace pagelab::shell
