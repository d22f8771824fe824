// A guest in the middle of random traffic, sent back to where it was again and again.
#include "emu/cli/bench_snapshot.hpp"

#include "emu/cli/attendant.hpp"
#include "emu/cli/bench_clock.hpp"
#include "emu/cli/boot_options.hpp"

namespace pagelab::cli {

namespace {

constexpr uint64_t kDirtyPages = 100;
constexpr unsigned kRounds = 200; // in one run

class ChurningGuest {
  public:
    Result<> boot(std::string const& memory)
    {
        BootOptions options;
        options.arch = "x86_64";
        options.memory = memory;
        options.append = "quiet";
        setup_ = TRY(prepare_boot(options));
        machine_ = TRY(make_machine(*setup_, attendant_));
        if (machine_->run() != machine::Outcome::Interrupted)
            return fail("the guest did not come up: {}", console_);
        attendant_.add_line("churn 10000000 1");
        TRY(run_until(machine_->engine().instructions() + 10'000'000));
        start_ = machine_->snapshot();
        // How far it is to so many pages: as far each time.
        end_ = start_.engine.instructions;
        while (machine_->memory().dirty().pages().size() < kDirtyPages)
            TRY(run_until(end_ += 1'000));
        return {};
    }

    Result<> run_on() { return run_until(end_); }
    Result<> go_back() { return machine_->restore(start_); }
    void keep() { last_ = machine_->snapshot(); }

  private:
    Result<> run_until(uint64_t instructions)
    {
        if (machine_->run_until(instructions) != machine::Outcome::Stopped)
            return fail("the guest's traffic has ended");
        return {};
    }

    AttendantOptions attendance()
    {
        AttendantOptions options;
        options.at_end = AtEnd::Leave;
        options.use_stdin = false;
        options.capture = &console_;
        return options;
    }

    std::string console_;
    CommandLineAttendant attendant_{attendance()};
    std::unique_ptr<BootSetup> setup_;
    std::unique_ptr<machine::Machine> machine_;
    machine::Snapshot start_, last_;
    uint64_t end_ = 0; // instruction count
};

enum class Part : uint8_t { Reset, Save, Cycle };

Result<std::vector<double>> time_part(std::string const& memory, Part part, unsigned runs)
{
    ChurningGuest guest;
    TRY(guest.boot(memory));
    std::vector<double> microseconds;
    for (unsigned run = 0; run < runs; ++run) {
        double spent = 0;
        for (unsigned round = 0; round < kRounds; ++round) {
            TRY(guest.go_back());
            double const start = cpu_milliseconds();
            TRY(guest.run_on());
            double const ran = cpu_milliseconds();
            if (part == Part::Save)
                guest.keep();
            else
                TRY(guest.go_back());
            double const end = cpu_milliseconds();
            spent += end - (part == Part::Cycle ? start : ran);
        }
        microseconds.push_back(spent * 1e3 / kRounds);
    }
    return microseconds;
}

constexpr SnapshotBenchmark kBenchmarks[] = {
    {"reset after 100 dirty pages, 128 MiB", 100,
     [](unsigned runs) { return time_part("128M", Part::Reset, runs); }},
    {"the same, 4 GiB", 100, [](unsigned runs) { return time_part("4G", Part::Reset, runs); }},
    {"snapshot after 100 dirty pages, 128 MiB", 0,
     [](unsigned runs) { return time_part("128M", Part::Save, runs); }},
    {"dirtying 100 pages by churn, and reset", 0,
     [](unsigned runs) { return time_part("128M", Part::Cycle, runs); }},
};

} // namespace

std::span<SnapshotBenchmark const> snapshot_benchmarks()
{
    return kBenchmarks;
}

} // namespace pagelab::cli
