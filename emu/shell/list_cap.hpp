// -c N: how many elements of its lists a command gives.
//
// A list that was cut is followed by how many there are: "... 1234 in all (-c 0 shows them)".
#pragma once

#include <memory>

#include "emu/shell/command.hpp"

namespace pagelab::shell {

// 0, as typed, is no limit. The value is that of the line once it is parsed.
inline std::shared_ptr<size_t> add_list_cap(CLI::App& arguments, size_t usual)
{
    auto const cap = std::make_shared<size_t>(usual);
    arguments.add_option("-c,--count", *cap, "list no more than N; 0: all")
        ->type_name("N")
        ->capture_default_str();
    return cap;
}

inline bool is_beyond(size_t cap, size_t listed)
{
    return cap != 0 && listed >= cap;
}

inline std::string cut_note(size_t shown, size_t total)
{
    return shown < total ? fmt::format("... {} in all (-c 0 shows them)\n", total) : "";
}

} // namespace pagelab::shell
