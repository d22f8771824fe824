// The processors, one block of lines each.
#include "guestkernel/kernel/cpuinfo.hpp"

#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/kernel/cpu_flags.hpp"
#include "guestkernel/kernel/cpumask.hpp"
#include "guestkernel/kernel/mpparse.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr uint32_t kBrandLeaf = 0x8000'0002, kSizesLeaf = 0x8000'0008;
constexpr uint32_t kHyperThreading = 1u << 28; // CPUID 1, EDX

uint32_t last_extended_leaf()
{
    return arch::cpuid(0x8000'0000).eax;
}

void show_vendor(lib::seq_file& m)
{
    arch::CpuidResult const leaf = arch::cpuid(0);
    uint32_t const words[] = {leaf.ebx, leaf.edx, leaf.ecx};
    lib::seq_puts(m, "vendor_id\t: ");
    lib::seq_write(m, reinterpret_cast<char const*>(words), sizeof(words));
}

// Intel SDM volume 2, CPUID, "Processor Brand String": three leaves, padded with spaces in front.
void show_name(lib::seq_file& m)
{
    char name[49] = {};
    if (last_extended_leaf() >= kBrandLeaf + 2) {
        for (uint32_t i = 0; i < 3; i++) {
            arch::CpuidResult const part = arch::cpuid(kBrandLeaf + i);
            memcpy(name + 16 * i, &part, sizeof(part));
        }
    }
    char const* start = name;
    while (*start == ' ')
        start++;
    lib::seq_printf(m, "model name\t: %s\n", *start != '\0' ? start : "unknown");
}

// Family, model and stepping: Intel SDM volume 2, CPUID, figure 3-6.
void show_model(lib::seq_file& m, uint32_t signature)
{
    unsigned family = signature >> 8 & 0xf;
    unsigned model = signature >> 4 & 0xf;
    if (family >= 6)
        model += (signature >> 16 & 0xf) << 4;
    if (family == 0xf)
        family += signature >> 20 & 0xff;
    lib::seq_printf(m, "\ncpu family\t: %u\nmodel\t\t: %u\n", family, model);
    show_name(m);
    lib::seq_printf(m, "stepping\t: %u\n", signature & 0xf);
}

// How many APIC ids a package takes.
unsigned ids_per_package(arch::CpuidResult const& basic)
{
    unsigned const logical = (basic.edx & kHyperThreading) != 0 ? basic.ebx >> 16 & 0xff : 1;
    unsigned ids = 1;
    while (ids < logical)
        ids *= 2;
    return ids;
}

void show_topology(lib::seq_file& m, unsigned cpu, unsigned per_package)
{
    unsigned const id = apic_id_of(cpu);
    unsigned siblings = 0;
    unsigned other;
    for_each_online_cpu(other) siblings += apic_id_of(other) / per_package == id / per_package;
    lib::seq_printf(m, "physical id\t: %u\nsiblings\t: %u\ncore id\t\t: %u\n", id / per_package,
                    siblings, id % per_package);
    lib::seq_printf(m, "cpu cores\t: %u\napicid\t\t: %u\ninitial apicid\t: %u\n", siblings, id, id);
}

void show_rest(lib::seq_file& m, uint32_t line_size)
{
    lib::seq_printf(m, "fpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\n",
                    arch::cpuid(0).eax);
    lib::seq_puts(m, "flags\t\t:");
    show_cpu_flags(m);
    unsigned long const speed = bogomips_times_100();
    lib::seq_printf(m, "\nbugs\t\t:\nbogomips\t: %lu.%02lu\n", speed / 100, speed % 100);
    lib::seq_printf(m, "clflush size\t: %u\ncache_alignment\t: %u\n", line_size, line_size);
    uint32_t const sizes =
        last_extended_leaf() >= kSizesLeaf ? arch::cpuid(kSizesLeaf).eax : 36 | 32 << 8;
    lib::seq_printf(m, "address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n",
                    sizes & 0xff, sizes >> 8 & 0xff);
}

} // namespace

unsigned long bogomips_times_100()
{
    return static_cast<unsigned long>(uint64_t{arch::clock_tsc_khz()} * 2 / 10);
}

void show_cpuinfo(lib::seq_file& m)
{
    arch::CpuidResult const basic = arch::cpuid(1);
    unsigned const khz = arch::clock_tsc_khz();
    unsigned cpu;
    for_each_online_cpu(cpu)
    {
        lib::seq_printf(m, "processor\t: %u\n", cpu);
        show_vendor(m);
        show_model(m, basic.eax);
        lib::seq_printf(m, "cpu MHz\t\t: %u.%03u\n", khz / 1000, khz % 1000);
        show_topology(m, cpu, ids_per_package(basic));
#ifndef __x86_64__
        lib::seq_puts(m, "fdiv_bug\t: no\nf00f_bug\t: no\ncoma_bug\t: no\n");
#endif
        show_rest(m, (basic.ebx >> 8 & 0xff) * 8);
    }
}

} // namespace pagelab::kernel
