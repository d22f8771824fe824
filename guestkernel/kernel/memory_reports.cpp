// What the kernel says of memory while it boots.
#include "guestkernel/kernel/memory_reports.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::kernel {

namespace {

using ull = unsigned long long;

// Linux' e820_print_type, whose words differ from /proc/iomem's.
char const* type_name(uint32_t type)
{
    switch (type) {
    case kE820Usable:
        return "usable";
    case kE820Reserved:
        return "reserved";
    case kE820AcpiReclaimable:
        return "ACPI data";
    case kE820AcpiNvs:
        return "ACPI NVS";
    case kE820Unusable:
        return "unusable";
    default:
        return "type unknown";
    }
}

void print_range(char const* prefix, uint64_t start, uint64_t end)
{
    printk(log_level::info, "%s[mem 0x%016llx-0x%016llx]\n", prefix, ull{start}, ull{end - 1});
}

unsigned long kib(char const* start, char const* end)
{
    return static_cast<unsigned long>(end - start) / 1024;
}

} // namespace

void report_firmware_map(E820Entry const* map, unsigned count)
{
    printk(log_level::info, "BIOS-provided physical RAM map:\n");
    for (unsigned i = 0; i < count; i++) {
        E820Entry const& entry = map[i];
        printk(log_level::info, "BIOS-e820: [mem 0x%016llx-0x%016llx] %s\n", ull{entry.address},
               ull{entry.address + entry.size - 1}, type_name(entry.type));
    }
}

void report_zone_ranges(mm::free_area_config const& config, mm::memblock const& memory)
{
    printk(log_level::info, "Zone ranges:\n");
    uint64_t start = mm::memblock_start_of_dram(memory).value >> kPageShift;
    for (unsigned i = 0; i < config.layout->nr_zones; i++) {
        if (i == config.layout->movable)
            continue; // no part of the address space: taken from other zones on request
        uint64_t const end = config.max_zone_pfn[i];
        if (end <= start) {
            printk(log_level::info, "  %-8s empty\n", config.layout->names[i]);
            continue;
        }
        printk(log_level::info, "  %-8s [mem 0x%016llx-0x%016llx]\n", config.layout->names[i],
               ull{start << kPageShift}, ull{(end << kPageShift) - 1});
        start = end;
    }
    printk(log_level::info, "Early memory node ranges\n");
    for (unsigned long i = 0; i < memory.memory.cnt; i++) {
        mm::memblock_region const& region = memory.memory.regions[i];
        print_range("  node   0: ", region.base, region.base + region.size);
    }
}

void report_available_memory(mm::pglist_data const& node)
{
    constexpr unsigned kKibPerPage = kPageSize / 1024;
    unsigned long const physical = node.node_present_pages;
    unsigned long const managed = mm::totalram_pages(node);
    char highmem[40] = "";
    if (node.layout->highmem != node.layout->normal)
        lib::snprintf(highmem, sizeof(highmem), ", %luK highmem",
                      node.node_zones[node.layout->highmem].managed_pages * kKibPerPage);
    printk(log_level::info,
           "Memory: %luK/%luK available (%luK kernel code, %luK rwdata, %luK rodata, "
           "%luK init, %luK bss, %luK reserved, %luK cma-reserved%s)\n",
           mm::nr_free_pages(node) * kKibPerPage, physical * kKibPerPage, kib(_text, _etext),
           kib(_erodata, _edata), kib(_etext, _erodata), 0ul, kib(_edata, _end),
           (physical - managed) * kKibPerPage, 0ul, highmem);
}

} // namespace pagelab::kernel
