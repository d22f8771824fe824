#include "emu/load/bytes.hpp"

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::load;

TEST_CASE("bytes: slices end with the bytes, also for numbers that wrap")
{
    auto const bytes = test::numbered_bytes(8);
    CHECK(slice(bytes, 2, 6).value().size() == 6);
    CHECK(slice(bytes, 2, 6).value()[0] == std::byte{3});
    CHECK(slice(bytes, 8, 0).value().empty());
    CHECK(!slice(bytes, 2, 7));
    CHECK(!slice(bytes, 9, 0));
    CHECK(!slice(bytes, 4, UINT64_MAX - 3)); // the sum is 0
    CHECK(!slice(bytes, 4, UINT64_MAX));
    CHECK(!slice(bytes, UINT64_MAX - 3, 8));
}

TEST_CASE("bytes: structures come from any alignment and only as a whole")
{
    auto const bytes = test::numbered_bytes(8);
    CHECK(struct_at<uint32_t>(bytes, 1) == 0x0504'0302);
    CHECK(struct_at<uint32_t>(bytes, 4) == 0x0807'0605);
    CHECK(!struct_at<uint32_t>(bytes, 5));
    CHECK(!struct_at<uint32_t>(bytes, UINT64_MAX));
}

TEST_CASE("bytes: strings get their NUL")
{
    CHECK(bytes_of_string("ab") == std::vector{std::byte{'a'}, std::byte{'b'}, std::byte{0}});
    CHECK(bytes_of_string("").size() == 1);
}
