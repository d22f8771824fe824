// An attendant that stops the machine whenever it has nothing more to type.
#include "tests/session/live_guest.hpp"

#include <doctest/doctest.h>

namespace pagelab::session {

namespace {

constexpr std::string_view kPrompt = "/ # ";

template<class T>
T required(Result<T> result)
{
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    return std::move(*result);
}

} // namespace

LiveGuest::LiveGuest(std::string const& arch, uint64_t memory, std::string const& command_line)
    : LiveGuest(make_setup(kernel_image(arch), memory, command_line))
{
}

LiveGuest::LiveGuest(std::unique_ptr<cli::BootSetup> setup)
    : setup_(std::move(setup)),
      types_(required(guest::TypeTable::load(setup_->kernel_file))),
      machine_(required(cli::make_machine(*setup_, *this)))
{
    run_to_prompt();
}

LiveGuest::~LiveGuest() = default;

std::string LiveGuest::ask(std::string const& line)
{
    type(line);
    run_to_prompt();
    size_t const start = console_.find('\n'); // the echo ends
    REQUIRE(start != std::string::npos);
    return console_.substr(start + 1, console_.size() - start - 1 - kPrompt.size());
}

void LiveGuest::type(std::string const& line)
{
    console_.clear();
    typed_ = line + "\r";
    waits_ = false;
}

void LiveGuest::run_to_prompt()
{
    waits_ = false;
    auto const outcome = machine_->run();
    INFO(console_);
    REQUIRE(outcome == machine::Outcome::Interrupted);
    REQUIRE(console_.ends_with(kPrompt));
}

void LiveGuest::serial_output(uint8_t byte)
{
    if (byte != '\r')
        console_.push_back(static_cast<char>(byte));
}

std::vector<uint8_t> LiveGuest::serial_input(size_t room)
{
    size_t const count = std::min(room, typed_.size());
    std::vector<uint8_t> bytes(typed_.begin(), typed_.begin() + static_cast<std::ptrdiff_t>(count));
    typed_.erase(0, count);
    return bytes;
}

void LiveGuest::guest_waits()
{
    waits_ = typed_.empty();
}

bool LiveGuest::attend(std::optional<uint64_t>)
{
    return !waits_;
}

} // namespace pagelab::session
