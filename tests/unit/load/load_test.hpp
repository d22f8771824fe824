// What the tests of the loaders share: a machine size, requests, and error messages.
#pragma once

#include <string>

#include <doctest/doctest.h>

#include "emu/load/boot_plan.hpp"
#include "tests/support/boot_images.hpp"
#include "tests/support/boot_plan_check.hpp"

namespace pagelab::test {

inline constexpr uint64_t kMiB = 1 << 20;
inline constexpr uint64_t kRam = 16 * kMiB;

inline load::BootRequest request_for(Bytes const& image, uint64_t low_ram = kRam)
{
    return {.kernel_name = "kernel", .kernel = image, .low_ram = low_ram};
}

// The plan, after the checks that every plan must pass.
inline load::BootPlan sound_plan(load::BootRequest const& request)
{
    auto plan = load::plan_boot(request);
    REQUIRE_MESSAGE(plan, plan.error().message);
    CHECK(unsound(*plan, request.low_ram) == "");
    return std::move(*plan);
}

// The error's message, or nothing on success.
template<class T>
std::string error_of(Result<T> const& result)
{
    if (result)
        return {};
    CHECK(is_one_clear_line(result.error().message));
    CHECK(result.error().exit_status == kExitBadUsage);
    return result.error().message;
}

inline std::string boot_error(Bytes const& image, uint64_t low_ram = kRam)
{
    return error_of(load::plan_boot(request_for(image, low_ram)));
}

inline Bytes bytes_of_text(std::string_view text)
{
    auto const bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

} // namespace pagelab::test
