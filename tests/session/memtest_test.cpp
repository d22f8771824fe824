// Debian's memtest86+ on 64 MiB: no error in tests 0 to 2, and the address of an injected fault.
//
// memtest shows its state on the serial port every two seconds of its own time. It runs its tests
// in order, so once test 3 or a later one is on the screen, tests 0 to 2 are over.
#include <chrono>
#include <cstdio>

#include <doctest/doctest.h>

#include "tests/session/stopped_guest.hpp"
#include "tests/session/terminal_screen.hpp"

using namespace pagelab;
using namespace pagelab::session;

namespace {

constexpr uint64_t kMemory = 64 << 20;
constexpr auto kLimit = std::chrono::seconds(180);

class MemtestWatcher final : public machine::Attendant {
  public:
    // Ends the run when an error with this text is on the screen; if it is empty, when test 3 is,
    // or any error.
    explicit MemtestWatcher(std::string wanted) : wanted_(std::move(wanted)) {}

    void serial_output(uint8_t byte) override { screen_.put(byte); }
    void debug_output(uint8_t) override {}
    std::vector<uint8_t> serial_input(size_t) override { return {}; }
    void guest_waits() override {}
    bool attend(std::optional<uint64_t>) override
    {
        bool const found = wanted_.empty() ? test() >= 3 || errors() > 0
                                           : errors() > 0 && screen_.text().contains(wanted_);
        return !found && std::chrono::steady_clock::now() < deadline_;
    }

    long test() const { return screen_.number_after("Test #"); }
    long errors() const { return screen_.number_after("Errors:"); }
    std::string text() const { return screen_.text(); }

  private:
    std::string wanted_;
    TerminalScreen screen_;
    std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + kLimit;
};

// The built-in kernels are no subject here: only the images that are installed are run.
std::string installed_image(std::string const& word_size)
{
    auto const image = "/boot/memtest86+" + word_size + ".bin";
    if (std::filesystem::exists(image))
        return image;
    std::printf("SKIP: %s is not there (Debian package memtest86+)\n", image.c_str());
    return {};
}

void run_memtest(std::string const& image, std::vector<machine::StuckBit> stuck_bits,
                 MemtestWatcher& watcher)
{
    auto const setup = make_setup(image, kMemory, "console=ttyS0,115200");
    setup->config.stuck_bits = std::move(stuck_bits);
    auto const machine = cli::make_machine(*setup, watcher);
    REQUIRE_MESSAGE(machine.has_value(), machine.error().message);
    CHECK((*machine)->run() == machine::Outcome::Interrupted);
}

void check_clean(std::string const& word_size)
{
    auto const image = installed_image(word_size);
    if (image.empty())
        return;
    MemtestWatcher watcher("");
    run_memtest(image, {}, watcher);
    INFO(watcher.text());
    CHECK(watcher.text().contains("Memtest86+ v"));
    CHECK(watcher.text().contains("Memory  :   63MB")); // 64 MiB less what the map keeps
    CHECK(watcher.test() >= 3);
    CHECK(watcher.errors() == 0);
}

void check_stuck(std::string const& word_size, uint64_t address, unsigned bit)
{
    auto const image = installed_image(word_size);
    if (image.empty())
        return;
    MemtestWatcher watcher(fmt::format("{:012x}", address & ~uint64_t{3}));
    run_memtest(image, {{PhysAddr(address), bit}}, watcher);
    INFO(watcher.text());
    CHECK(watcher.errors() > 0);
    CHECK(watcher.text().contains(fmt::format("{:012x}", address & ~uint64_t{3})));
}

} // namespace

TEST_CASE("memtest86+ for 64 bits completes tests 0 to 2 without an error")
{
    check_clean("x64");
}

TEST_CASE("memtest86+ for 32 bits completes tests 0 to 2 without an error")
{
    check_clean("ia32");
}

TEST_CASE("memtest86+ names the address of a stuck bit")
{
    check_stuck("ia32", 0x234'5678, 3);
}
