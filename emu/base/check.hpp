// ENSURE: assertions about our own code. They stay on in release builds and name their subject.
//
//   ENSURE(line < 16, "irq line {}", line);
//
// Never for guest contents, files or user input: those return a Result.
#pragma once

#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

namespace pagelab {

[[noreturn]] inline void check_failed(char const* file, int line, char const* condition,
                                      std::string const& subject)
{
    fmt::print(stderr, "pagelab: {}:{}: check failed: {}: {}\n", file, line, condition, subject);
    std::abort();
}

} // namespace pagelab

#define ENSURE(condition, ...)                                                                     \
    do {                                                                                           \
        if (!(condition)) [[unlikely]]                                                             \
            ::pagelab::check_failed(__FILE__, __LINE__, #condition, fmt::format(__VA_ARGS__));     \
    } while (false)
