// -c N: how many elements of its lists a command gives; 0: all of them.
//
// Where the whole list is known, what was cut is told: "... 1234 in all (-c 0 shows them)". A
// search ends at the cap, and says only that there is more.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace pagelab::shell {

// The value is that of the line once it is parsed.
inline std::shared_ptr<uint64_t> add_cap(CLI::App& arguments, uint64_t usual)
{
    auto const cap = std::make_shared<uint64_t>(usual);
    arguments.add_option("-c,--count", *cap, "list no more than N; 0: all")
        ->type_name("N")
        ->capture_default_str();
    return cap;
}

inline bool is_beyond(uint64_t cap, uint64_t listed)
{
    return cap != 0 && listed >= cap;
}

inline std::string cut_note(uint64_t shown, uint64_t total)
{
    return shown < total ? fmt::format("... {} in all (-c 0 shows them)\n", total) : "";
}

} // namespace pagelab::shell
