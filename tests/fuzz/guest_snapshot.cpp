// One boot by the program's own pieces; then only its bytes and registers are kept.
#include "tests/fuzz/guest_snapshot.hpp"

#include <algorithm>

#include "emu/base/check.hpp"
#include "emu/cli/attendant.hpp"
#include "emu/cli/boot_options.hpp"
#include "emu/cli/images.hpp"
#include "emu/cpu/linear_access.hpp"

using namespace pagelab;

namespace {

constexpr uint64_t kRam = uint64_t{16} << 20;

template<class T>
T required(Result<T> result)
{
    ENSURE(result.has_value(), "{}", result.error().message);
    return std::move(*result);
}

std::filesystem::path built(std::string const& relative)
{
    return std::filesystem::path(PAGELAB_BUILD_DIR) / relative;
}

void sort_out(std::vector<SnapshotMemory::Place>& places)
{
    std::ranges::sort(places);
    places.erase(std::unique(places.begin(), places.end()), places.end());
}

mem::PhysicalMemory copy_of(mem::PhysicalMemory const& memory, std::span<std::byte const> rom)
{
    mem::PhysicalMemory copy = required(mem::PhysicalMemory::create(memory.ram_size(), rom));
    for (mem::Region const& region : memory.regions())
        copy.write(region.base, std::span(region.host, region.size));
    return copy;
}

} // namespace

void SnapshotMemory::read(PhysAddr address, std::span<std::byte> out) const
{
    reads_++;
    memory_.read(address, out);
    if (noted_ != nullptr)
        add_place(noted_->bytes, address, out.size());
}

void SnapshotMemory::add_place(std::vector<Place>& places, PhysAddr address, uint64_t size) const
{
    if (auto const there = memory_.host_span(address); !there.empty())
        places.push_back({address.value, std::min<uint64_t>(size, there.size())});
}

SnapshotMemory::Places SnapshotMemory::places_of(std::function<void()> const& look) const
{
    Places places;
    noted_ = &places;
    look();
    noted_ = nullptr;
    sort_out(places.bytes);
    sort_out(places.entries);
    return places;
}

GuestSnapshot::Stopped GuestSnapshot::boot(std::string const& arch, std::string const& allocator)
{
    cli::BootSetup setup;
    setup.config.ram_size = kRam;
    setup.kernel_file = built("guestkernel/pagelab-" + arch + ".elf");
    setup.kernel = required(cli::read_file(setup.kernel_file));
    setup.firmware = required(cli::read_file(built("firmware/pagelab.rom")));
    setup.request.kernel_name = setup.kernel_file.filename().string();
    setup.request.kernel = setup.kernel;
    setup.request.cmdline = "quiet slab_allocator=" + allocator;
    std::string console;
    cli::AttendantOptions options;
    options.exec = {"churn 500 1"};
    options.at_end = cli::AtEnd::Leave;
    options.capture = &console;
    cli::CommandLineAttendant attendant(options);
    auto const machine = required(cli::make_machine(setup, attendant));
    auto const outcome = machine->run();
    ENSURE(outcome == machine::Outcome::Interrupted, "the guest did not boot: {}", console);
    return {setup.kernel_file,
            {machine->registers(0).state},
            copy_of(machine->memory(), setup.firmware),
            required(guest::TypeTable::load(setup.kernel_file))};
}

GuestSnapshot::GuestSnapshot(std::string const& arch, std::string const& allocator)
    : GuestSnapshot(boot(arch, allocator))
{
}

GuestSnapshot::GuestSnapshot(Stopped stopped)
    : kernel_file_(std::move(stopped.kernel_file)), states_(std::move(stopped.states)),
      types_(std::move(stopped.types)), memory_(std::move(stopped.memory)),
      paged_(memory_, cpu::paging_context(states_.front())), view_(types_, paged_)
{
}
