// Which processors there are: the firmware's MP configuration table.
//
// A machine whose firmware leaves no table has one processor, and nothing of this costs it more
// than the search. Options: nosmp (one processor, whatever the table says), nr_cpus=N (no more than
// N). Source: Linux 6.1 arch/x86/kernel/mpparse.c; abi/machine/mp_table.hpp.
#pragma once

#include "guestkernel/abi/address.hpp"
#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

inline constexpr unsigned kMaxPresentCpus = 16;

// Finds and reads the table: nr_cpu_ids and the masks of possible and present CPUs. While boot.S'
// page tables are in use. A table that is damaged counts for none.
lib::Result<> find_smp_config(char const* command_line);

unsigned apic_id_of(unsigned cpu);
PhysAddr local_apic_address();

} // namespace pagelab::kernel
