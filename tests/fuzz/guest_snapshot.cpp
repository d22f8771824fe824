// One boot by the program's own pieces; then only its bytes are kept.
#include "tests/fuzz/guest_snapshot.hpp"

#include <algorithm>
#include <cstring>

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

} // namespace

void SnapshotMemory::read(PhysAddr address, std::span<std::byte> out) const
{
    copy(address, out);
    if (noted_ != nullptr && address.value + out.size() <= bytes_.size())
        noted_->bytes.push_back({address.value, out.size()});
}

void SnapshotMemory::copy(PhysAddr address, std::span<std::byte> out) const
{
    reads_++;
    uint64_t const there = bytes_.size() - std::min<uint64_t>(address.value, bytes_.size());
    uint64_t const count = std::min<uint64_t>(there, out.size());
    if (count != 0)
        std::memcpy(out.data(), bytes_.data() + address.value, count);
    std::ranges::fill(out.subspan(count), std::byte{0xff});
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
    std::vector<std::byte> ram(kRam);
    machine->memory().read(PhysAddr(0), ram);
    return {required(guest::TypeTable::load(setup.kernel_file)),
            cpu::paging_context(machine->engine().state()), std::move(ram)};
}

GuestSnapshot::GuestSnapshot(std::string const& arch, std::string const& allocator)
    : GuestSnapshot(boot(arch, allocator))
{
}

GuestSnapshot::GuestSnapshot(Stopped stopped)
    : types_(std::move(stopped.types)), memory_(std::move(stopped.ram)),
      paged_(memory_, stopped.context), view_(types_, paged_)
{
}
