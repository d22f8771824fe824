// Little RAM keeps the largest kernel that fits small, so that the loop is fast.
#include "tests/fuzz/loader_check.hpp"

#include <array>

#include "emu/base/check.hpp"
#include "tests/fuzz/fuzz_one.hpp"
#include "tests/support/boot_plan_check.hpp"

namespace pagelab::test {

namespace {

constexpr uint64_t kLowRam = 0x14'0000; // 128 KiB of it from 1 MiB on for images
constexpr std::array<std::byte, 5000> kModule{};

void check_request(load::BootRequest const& request)
{
    auto const plan = load::plan_boot(request);
    if (plan) {
        auto const problem = unsound(*plan, request.low_ram);
        ENSURE(problem.empty(), "{}", problem);
    } else {
        ENSURE(is_one_clear_line(plan.error().message), "{}", plan.error().message);
    }
}

load::BootRequest bare_request(std::span<std::byte const> image)
{
    return {.kernel_name = "kernel", .kernel = image, .low_ram = kLowRam};
}

} // namespace

void check_any_image(std::span<std::byte const> image)
{
    auto request = bare_request(image);
    check_request(request);
    request.cmdline = "console=ttyS0 quiet";
    request.modules = {{kModule, "one"}, {std::span(kModule).first(3), "two 2"}};
    check_request(request);
}

void check_seeds(load::Protocol protocol)
{
    for (auto const& seed : fuzz_seeds()) {
        auto const plan = load::plan_boot(bare_request(seed.bytes));
        ENSURE(plan.has_value(), "{}", plan.error().message);
        ENSURE(plan->protocol == protocol, "{}", load::name_of(plan->protocol));
    }
}

} // namespace pagelab::test
