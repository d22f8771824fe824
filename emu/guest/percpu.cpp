// The array of offsets, and its inverse.
#include "emu/guest/percpu.hpp"

#include <algorithm>

#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kMaxCpus = 64; // NR_CPUS

} // namespace

Result<PerCpu> read_percpu(KernelView const& view)
{
    PerCpu percpu;
    percpu.start = TRY(view.types().symbol("__per_cpu_start"));
    percpu.end = TRY(view.types().symbol("__per_cpu_end"));
    auto const table = TRY(view.types().variable("__per_cpu_offset")).address;
    uint64_t const word = view.types().pointer_size();
    VirtAddr const node = TRY(node_address(view));
    uint64_t const cpus = TRY(view.read_field(node, "pglist_data", "nr_online_cpus"));
    for (uint64_t cpu = 0; cpu < std::min(cpus, kMaxCpus); cpu++)
        percpu.offsets.push_back(TRY(view.read_pointer(view.advance(table, cpu * word))).value);
    return percpu;
}

std::optional<PerCpu::Place> PerCpu::place_of(KernelView const& view, VirtAddr address) const
{
    for (unsigned cpu = 0; cpu < offsets.size(); cpu++) {
        VirtAddr const pointer = view.advance(address, -offsets[cpu]);
        if (offsets[cpu] != 0 && pointer >= start && pointer < end)
            return Place{pointer, cpu};
    }
    return std::nullopt;
}

} // namespace pagelab::guest
