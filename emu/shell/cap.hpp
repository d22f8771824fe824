// -c N: how many lines a command that lists shows at most.
#pragma once

#include <cstdint>
#include <memory>

#include <CLI/CLI.hpp>

namespace pagelab::shell {

inline std::shared_ptr<uint64_t> add_cap(CLI::App& arguments, uint64_t usual)
{
    auto const cap = std::make_shared<uint64_t>(usual);
    arguments.add_option("-c,--cap", *cap, "show at most so many")
        ->check(CLI::Range(uint64_t{1}, ~uint64_t{0}))
        ->capture_default_str();
    return cap;
}

} // namespace pagelab::shell
