// A guest of ours that has run some commands and now stands still, so that its RAM can be read.
#pragma once

#include <string>
#include <vector>

#include "emu/cli/attendant.hpp"
#include "emu/cli/boot_options.hpp"
#include "emu/guest/buddy.hpp"

namespace pagelab::session {

// A built file: "emu/pagelab", "firmware/pagelab.rom".
std::filesystem::path built(std::string_view relative);
std::filesystem::path kernel_image(std::string const& arch);

// What make_machine() wants: this image and our ROM, `memory` bytes of RAM.
std::unique_ptr<cli::BootSetup> make_setup(std::filesystem::path const& image, uint64_t memory,
                                           std::string const& cmdline = {});

class StoppedGuest {
  public:
    // Boots, types the commands and stops when the guest waits for more. Fails the test if it
    // comes to another end.
    StoppedGuest(std::string const& arch, uint64_t memory, std::vector<std::string> commands,
                 std::vector<std::filesystem::path> const& lent = {}); // as boot --file

    std::string const& console() const { return console_; }
    machine::Machine& machine() { return *machine_; }
    guest::BuddyReport read_buddy();
    guest::TypeTable types() const; // of its kernel

  private:
    std::unique_ptr<cli::BootSetup> setup_;
    std::string console_;
    cli::CommandLineAttendant attendant_;
    std::unique_ptr<machine::Machine> machine_;
};

} // namespace pagelab::session
