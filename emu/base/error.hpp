// Errors are values: Result<T> carries a T or a one-line Error for the user.
//
// Error is for the outside world (files, options, guest contents). Our own mistakes are ENSUREs
// (check.hpp). Messages start lower case, have no full stop, and name the numbers.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace pagelab {

// Exit statuses of the program for errors of each kind; the guest's own status is 0..255.
inline constexpr int kExitTimeout = 124;
inline constexpr int kExitBadUsage = 125; // bad image, bad option, bad machine description
inline constexpr int kExitTripleFault = 126;

struct Error {
    std::string message;
    int exit_status = kExitBadUsage;
};

template<class T = void>
using Result = std::expected<T, Error>;

// fail("section {} is {} bytes long", 3, size): an Error to return from a Result function.
template<class... Args>
[[nodiscard]] std::unexpected<Error> fail(fmt::format_string<Args...> format, Args&&... args)
{
    return std::unexpected(Error{fmt::format(format, std::forward<Args>(args)...)});
}

} // namespace pagelab

// The value of a Result, or return its error from the enclosing function.
#define TRY(expression)                                                                            \
    __extension__({                                                                                \
        auto try_result = (expression);                                                            \
        if (!try_result)                                                                           \
            return std::unexpected(std::move(try_result).error());                                 \
        *std::move(try_result);                                                                    \
    })
