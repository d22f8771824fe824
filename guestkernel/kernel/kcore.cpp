// Which ranges of addresses /proc/kcore has, in Linux' order: text (x86_64), vmalloc, modules
// (x86_64), the direct map of each range of RAM and its struct pages (x86_64).
#include "guestkernel/kernel/kcore.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/kernel_tables.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/proc.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/kcore.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kMaxRanges = 64; // further RAM is left out
constexpr size_t kInfoSize = 256;

struct range_list {
    mm::kcore_range ranges[kMaxRanges];
    unsigned count = 0;
};

void add(range_list& list, uintptr_t start, uint64_t size, uint64_t physical = mm::kNoPhysical)
{
    if (list.count < kMaxRanges)
        list.ranges[list.count++] = {start, size, physical};
}

#ifdef __x86_64__
void add_ram(range_list& list, mm::memblock_region const& region)
{
    add(list, arch::kPageOffset + region.base, region.size, region.base);
    uint64_t const start = arch::kVmemmapStart + (region.base >> kPageShift) * sizeof(mm::page);
    uint64_t const end = start + (region.size >> kPageShift) * sizeof(mm::page) + (kPageSize - 1);
    add(list, start & ~(kPageSize - 1), (end & ~(kPageSize - 1)) - (start & ~(kPageSize - 1)));
}

void add_ranges(range_list& list)
{
    add(list, reinterpret_cast<uintptr_t>(_text), static_cast<uint64_t>(_end - _text),
        arch::virt_to_phys(_text).value);
    add(list, arch::kVmallocStart, arch::kVmallocEnd - arch::kVmallocStart);
    add(list, arch::kModulesStart, arch::kModulesEnd - arch::kModulesStart);
    mm::memblock_type const& ram = boot_memory().memory;
    for (unsigned long i = 0; i < ram.cnt; i++)
        add_ram(list, ram.regions[i]);
}
#else
void add_ranges(range_list& list)
{
    uint64_t const end = mm::memblock_end_of_dram(boot_memory()).value;
    uint64_t const low = end < arch::kDirectMapMax ? end : arch::kDirectMapMax;
    auto const vmalloc_start =
        arch::kPageOffset + static_cast<uintptr_t>(low) + arch::kVmallocOffset;
    add(list, vmalloc_start, arch::kVmallocEnd - vmalloc_start);
    add(list, arch::kPageOffset, low, 0);
}
#endif

// Device memory reads as zeroes: to read it may change it.
void copy_kernel_memory(uint64_t address, void* buffer, size_t size)
{
    auto const start = static_cast<uintptr_t>(address);
    auto const physical = mm::mapped_address(kernel_tables(), start);
    if (physical && mm::memblock_is_memory(boot_memory(), physical.value()))
        memcpy(buffer, reinterpret_cast<void const*>(start), size);
}

} // namespace

lib::Result<size_t> read_kcore_file(uint64_t offset, void* buffer, size_t size)
{
    range_list list;
    add_ranges(list);
    char info[kInfoSize];
    lib::snprintf(info, sizeof(info),
                  "OSRELEASE=%s\nPAGESIZE=%u\nSYMBOL(_text)=%lx\nSIZE(page)=%u\n", kVersion,
                  static_cast<unsigned>(kPageSize), reinterpret_cast<unsigned long>(_text),
                  static_cast<unsigned>(sizeof(mm::page)));
    mm::kcore const core = {
        .ranges = list.ranges,
        .nr_ranges = list.count,
        .base = arch::kPageOffset,
        .command_line = saved_command_line(),
        .vmcoreinfo = info,
        .copy = copy_kernel_memory,
    };
    return mm::read_kcore(core, offset, buffer, size);
}

} // namespace pagelab::kernel
