#include <cstring>

#include <doctest/doctest.h>

#include "guestkernel/lib/result.hpp"

namespace pagelab::lib {

namespace {

Result<int> half(int n)
{
    if (n % 2 != 0)
        return Error{"odd number"};
    return n / 2;
}

Result<int> quarter(int n)
{
    return TRY(half(TRY(half(n))));
}

Result<> is_even(int n)
{
    TRY(half(n));
    return {};
}

} // namespace

TEST_CASE("a Result carries a value or the first error")
{
    REQUIRE(quarter(8));
    CHECK(quarter(8).value() == 2);
    REQUIRE_FALSE(quarter(6));
    CHECK(std::strcmp(quarter(6).error().message, "odd number") == 0);
    CHECK(is_even(2));
    CHECK_FALSE(is_even(3));
}

} // namespace pagelab::lib
