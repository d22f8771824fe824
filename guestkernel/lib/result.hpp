// Errors as values, without a C++ library: Result<T> holds a T or an Error.
//
//   Result<int> half(int n) { if (n % 2) return Error{"odd number"}; return n / 2; }
//   int const h = TRY(half(n));   // or return half's error from the enclosing function
//
// An Error's message is a string literal: lower case, no full stop. It owns nothing.
#pragma once

namespace pagelab::lib {

struct Error {
    char const* message = nullptr;
};

template<class T = void>
class [[nodiscard]] Result {
  public:
    constexpr Result(T value) : value_(value) {}
    constexpr Result(Error error) : message_(error.message) {}

    constexpr explicit operator bool() const { return message_ == nullptr; }
    constexpr T const& value() const { return value_; } // only of a success
    constexpr Error error() const { return {message_}; }

  private:
    T value_ = {};
    char const* message_ = nullptr;
};

template<>
class [[nodiscard]] Result<void> {
  public:
    constexpr Result() = default;
    constexpr Result(Error error) : message_(error.message) {}

    constexpr explicit operator bool() const { return message_ == nullptr; }
    constexpr void value() const {}
    constexpr Error error() const { return {message_}; }

  private:
    char const* message_ = nullptr;
};

} // namespace pagelab::lib

// The value of a Result, or return its error from the enclosing function.
#define TRY(expression)                                                                            \
    __extension__({                                                                                \
        auto const try_result = (expression);                                                      \
        if (!try_result)                                                                           \
            return try_result.error();                                                             \
        try_result.value();                                                                        \
    })
