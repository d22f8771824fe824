// A guest booted as by `pagelab shell`, a session on it, and a clock.
#include "emu/cli/bench_guest.hpp"

#include "emu/cli/attendant.hpp"
#include "emu/cli/bench_clock.hpp"
#include "emu/cli/boot_options.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::cli {

namespace {

class BusyGuest {
  public:
    Result<> boot()
    {
        BootOptions options;
        options.arch = "x86_64";
        options.memory = "4G";
        options.append = "quiet";
        setup_ = TRY(prepare_boot(options));
        machine_ = TRY(make_machine(*setup_, attendant_));
        if (machine_->run() != machine::Outcome::Interrupted)
            return fail("the guest did not come up: {}", console_);
        target_.emplace(*machine_, setup_->kernel_file);
        session_.emplace(*target_, nullptr, stdout);
        TRY(session_->read("zones")); // types are read once
        return {};
    }

    shell::Target& target() { return *target_; }
    shell::Session& session() { return *session_; }

  private:
    AttendantOptions attendance()
    {
        AttendantOptions options;
        options.exec = {"churn 100000 1"};
        options.at_end = AtEnd::Leave;
        options.use_stdin = false;
        options.capture = &console_;
        return options;
    }

    std::string console_;
    CommandLineAttendant attendant_{attendance()};
    std::unique_ptr<BootSetup> setup_;
    std::unique_ptr<machine::Machine> machine_;
    std::optional<shell::Target> target_;
    std::optional<shell::Session> session_;
};

Result<BusyGuest*> busy_guest()
{
    static std::unique_ptr<BusyGuest> guest;
    if (guest == nullptr) {
        auto made = std::make_unique<BusyGuest>();
        TRY(made->boot());
        guest = std::move(made);
    }
    return guest.get();
}

} // namespace

Result<std::vector<double>> time_command(std::string_view line, Index index, unsigned runs)
{
    BusyGuest& guest = *TRY(busy_guest());
    if (index == Index::Kept)
        TRY(guest.session().read(line));
    return time_each(runs, [&]() -> Result<> {
        if (index == Index::Made)
            guest.target().moved();
        TRY(guest.session().read(line));
        return {};
    });
}

} // namespace pagelab::cli
