// A guest of ours that is typed at in turns and stands still in between, so that its RAM can be
// read at many points of one run.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "emu/cli/host_view.hpp"
#include "tests/session/stopped_guest.hpp"

namespace pagelab::session {

class LiveGuest final : private machine::Attendant {
  public:
    // Boots to the first prompt. Fails the test if that does not come.
    explicit LiveGuest(std::unique_ptr<cli::BootSetup> setup);
    LiveGuest(std::string const& arch, uint64_t memory, std::string const& command_line);
    ~LiveGuest() override;

    // Types a line and runs until the guest waits for the next; what it printed.
    std::string ask(std::string const& line);
    // Types a line that the guest is to read when it is run next.
    void type(std::string const& line);

    machine::Machine& machine() { return *machine_; }
    guest::TypeTable const& types() const { return types_; }

  private:
    void serial_output(uint8_t byte) override;
    void debug_output(uint8_t) override {}
    std::vector<uint8_t> serial_input(size_t room) override;
    void guest_waits() override;
    bool attend(std::optional<uint64_t> idle_ns) override;
    void run_to_prompt();

    std::unique_ptr<cli::BootSetup> setup_;
    guest::TypeTable types_;
    std::string typed_;
    std::string console_;
    bool waits_ = false;
    std::unique_ptr<machine::Machine> machine_;
};

} // namespace pagelab::session
