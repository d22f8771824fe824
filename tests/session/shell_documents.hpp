// The shell's commands as documents: `pagelab shell --json`.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace pagelab::session {

// One document for each command; what the guest prints meanwhile is on stderr. Fails the test if
// the run fails, or says more or less than that.
std::vector<nlohmann::json> documents(std::vector<std::string> options,
                                      std::vector<std::string> const& commands);

} // namespace pagelab::session
