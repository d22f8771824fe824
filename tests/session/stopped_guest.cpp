// The program's own pieces, put together without its command line.
#include "tests/session/stopped_guest.hpp"

#include <doctest/doctest.h>

#include "emu/cli/host_view.hpp"
#include "emu/cli/images.hpp"

namespace pagelab::session {

namespace {

constexpr double kTimeoutSeconds = 120;

cli::AttendantOptions attendance(std::vector<std::string> commands, std::string& console)
{
    cli::AttendantOptions options;
    options.exec = std::move(commands);
    options.at_end = cli::AtEnd::Leave;
    options.timeout_seconds = kTimeoutSeconds;
    options.capture = &console;
    return options;
}

template<class T>
T required(Result<T> result)
{
    REQUIRE_MESSAGE(result.has_value(), result.error().message);
    return std::move(*result);
}

std::unique_ptr<cli::BootSetup> lend(std::unique_ptr<cli::BootSetup> setup,
                                     std::vector<std::filesystem::path> const& files)
{
    for (auto const& file : files)
        setup->files.emplace_back("opt/pagelab/" + file.filename().string(),
                                  required(cli::read_file(file)));
    return setup;
}

} // namespace

std::filesystem::path built(std::string_view relative)
{
    return std::filesystem::path(PAGELAB_BUILD_DIR) / relative;
}

std::filesystem::path kernel_image(std::string const& arch)
{
    return built("guestkernel/pagelab-" + arch + ".elf");
}

std::unique_ptr<cli::BootSetup> make_setup(std::filesystem::path const& image, uint64_t memory,
                                           std::string const& cmdline)
{
    auto setup = std::make_unique<cli::BootSetup>();
    setup->config.ram_size = memory;
    setup->kernel_file = image;
    setup->kernel = required(cli::read_file(image));
    setup->firmware = required(cli::read_file(built("firmware/pagelab.rom")));
    setup->request.kernel_name = image.filename().string();
    setup->request.kernel = setup->kernel;
    setup->request.cmdline = cmdline;
    return setup;
}

StoppedGuest::StoppedGuest(std::string const& arch, uint64_t memory,
                           std::vector<std::string> commands,
                           std::vector<std::filesystem::path> const& lent)
    : setup_(lend(make_setup(kernel_image(arch), memory), lent)),
      attendant_(attendance(std::move(commands), console_)),
      machine_(required(cli::make_machine(*setup_, attendant_)))
{
    auto const outcome = machine_->run();
    INFO(console_);
    REQUIRE(outcome == machine::Outcome::Interrupted);
    REQUIRE(attendant_.end() == cli::EndOfRun::InputOver);
}

guest::BuddyReport StoppedGuest::read_buddy()
{
    return required(cli::read_buddy(*machine_, setup_->kernel_file));
}

guest::TypeTable StoppedGuest::types() const
{
    return required(guest::TypeTable::load(setup_->kernel_file));
}

} // namespace pagelab::session
