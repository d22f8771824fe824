// What two moments of a guest differ in, by the kernel's own structures: what was allocated, freed,
// split and merged between them.
#pragma once

#include "emu/shell/session.hpp"

namespace pagelab::shell {

// The "moments" of diff's document. By the names that `save` was given; "now" is the machine as it
// stands, which it does again afterwards.
Result<Json> diff_moments(Session& session, std::string const& before, std::string const& after);

std::string moment_diff_text(Json const& document);

} // namespace pagelab::shell
