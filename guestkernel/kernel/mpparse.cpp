// The firmware's MP configuration table.
#include "guestkernel/kernel/mpparse.hpp"

#include "guestkernel/abi/machine/mp_table.hpp"
#include "guestkernel/abi/x86/lapic.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/cpumask.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/printk.hpp"

namespace pagelab::kernel {

namespace {

constexpr uint32_t kEbdaSegment = 0x40e; // of the extended BIOS data area, in the BIOS' own
constexpr uint32_t kTopOfLowRam = 639 * 0x400;
constexpr uint32_t kRom = 0xf'0000, kRomSize = 0x1'0000;

struct {
    unsigned count;
    uint8_t apic_id[kMaxPresentCpus]; // the boot CPU's first
    PhysAddr local_apic;
} processors = {1, {}, PhysAddr(x86::lapic::kDefaultBase)};

uint8_t const* at(uint32_t physical)
{
    return static_cast<uint8_t const*>(arch::phys_to_virt(PhysAddr(physical)));
}

constexpr unsigned kStep = 16 / sizeof(uint32_t); // structures begin at multiples of 16 bytes

mp::FloatingPointer const* check_pointer(uint32_t const* place)
{
    auto const* pointer = reinterpret_cast<mp::FloatingPointer const*>(place);
    bool const is_one = pointer->signature == mp::kFloatingSignature && pointer->length == 1;
    auto const* bytes = reinterpret_cast<uint8_t const*>(place);
    return is_one && mp::sum_of_bytes(bytes, sizeof(*pointer)) == 0 ? pointer : nullptr;
}

mp::FloatingPointer const* find_pointer(uint32_t start, uint32_t size)
{
    auto const* place = reinterpret_cast<uint32_t const*>(at(start));
    for (auto const* end = place + size / sizeof(*place); place != end; place += kStep) {
        if (*place != mp::kFloatingSignature)
            continue;
        if (auto const* pointer = check_pointer(place))
            return pointer;
    }
    return nullptr;
}

// In the order of Linux' find_smp_config, less the first KiB, which is interrupt vectors.
mp::FloatingPointer const* find_pointer()
{
    mp::FloatingPointer const* pointer = find_pointer(kTopOfLowRam, 0x400);
    if (pointer == nullptr)
        pointer = find_pointer(kRom, kRomSize);
    if (pointer != nullptr)
        return pointer;
    uint32_t const ebda = uint32_t{*reinterpret_cast<uint16_t const*>(at(kEbdaSegment))} << 4;
    return ebda != 0 && ebda != kTopOfLowRam ? find_pointer(ebda, 0x400) : nullptr;
}

mp::TableHeader const* check_table(uint32_t address)
{
    if (address == 0 || address + uint64_t{sizeof(mp::TableHeader)} > arch::kEarlyMapEnd)
        return nullptr;
    auto const* table = reinterpret_cast<mp::TableHeader const*>(at(address));
    bool const is_one = table->signature == mp::kTableSignature &&
                        table->length >= sizeof(*table) &&
                        address + uint64_t{table->length} <= arch::kEarlyMapEnd;
    return is_one && mp::sum_of_bytes(at(address), table->length) == 0 ? table : nullptr;
}

void add_processor(mp::ProcessorEntry const& entry)
{
    if (!mp::processor_flags::Enabled::is_set(entry.flags))
        return;
    if (mp::processor_flags::Bootstrap::is_set(entry.flags)) {
        processors.apic_id[0] = entry.apic_id;
        return;
    }
    if (processors.count == kMaxPresentCpus) {
        printk(log_level::warning,
               "APIC: NR_CPUS/possible_cpus limit of %u reached. Processor %u/0x%x ignored.\n",
               kMaxPresentCpus, processors.count, entry.apic_id);
        return;
    }
    processors.apic_id[processors.count++] = entry.apic_id;
}

// Entries of unknown type end the table: their size is unknown, too.
void read_processors(mp::TableHeader const& table)
{
    auto const* entry = reinterpret_cast<uint8_t const*>(&table + 1);
    auto const* const end = reinterpret_cast<uint8_t const*>(&table) + table.length;
    while (entry < end && *entry <= mp::kLocalInterrupt) {
        bool const is_processor = *entry == mp::kProcessor;
        size_t const size = is_processor ? sizeof(mp::ProcessorEntry) : mp::kSmallEntrySize;
        if (static_cast<size_t>(end - entry) < size)
            return;
        if (is_processor)
            add_processor(*reinterpret_cast<mp::ProcessorEntry const*>(entry));
        entry += size;
    }
}

lib::Result<> limit_processors(char const* command_line)
{
    char ignored[2];
    uint64_t const limit = TRY(get_number_option(command_line, "nr_cpus", kMaxPresentCpus));
    uint64_t const maxcpus = TRY(get_number_option(command_line, "maxcpus", kMaxPresentCpus));
    if (limit > 0 && limit < processors.count)
        processors.count = static_cast<unsigned>(limit);
    if (maxcpus == 0 || get_option(command_line, "nosmp", ignored, sizeof(ignored)))
        processors.count = 1;
    return {};
}

} // namespace

lib::Result<> find_smp_config(char const* command_line)
{
    mp::FloatingPointer const* const pointer = find_pointer();
    mp::TableHeader const* const table = pointer != nullptr ? check_table(pointer->table) : nullptr;
    if (table == nullptr)
        return {};
    PhysAddr const place = arch::virt_to_phys(pointer);
    printk(log_level::info, "found SMP MP-table at [mem 0x%08llx-0x%08llx]\n",
           static_cast<unsigned long long>(place.value),
           static_cast<unsigned long long>(place.value + sizeof(*pointer) - 1));
    processors.local_apic = PhysAddr(table->local_apic);
    read_processors(*table);
    TRY(limit_processors(command_line));
    printk(log_level::info, "smpboot: Allowing %u CPUs, 0 hotplug CPUs\n", processors.count);
    nr_cpu_ids = processors.count;
    for (unsigned cpu = 1; cpu < nr_cpu_ids; cpu++) {
        cpumask_set_cpu(cpu, &__cpu_possible_mask);
        cpumask_set_cpu(cpu, &__cpu_present_mask);
    }
    return {};
}

unsigned apic_id_of(unsigned cpu)
{
    return processors.apic_id[cpu];
}

PhysAddr local_apic_address()
{
    return processors.local_apic;
}

} // namespace pagelab::kernel
