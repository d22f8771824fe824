// Forgetting translations on this CPU: one page, a range, everything. Of all CPUs: kernel/tlb.hpp.
//
// All kernel pages are global, which a load of CR3 does not forget; toggling CR4.PGE does (Intel
// SDM volume 3, section 4.10.4.1). Past 33 pages a range costs more than everything: Linux'
// tlb_single_page_flush_ceiling (arch/x86/mm/tlb.c).
#pragma once

#include <stdint.h>

namespace pagelab::arch {

void __flush_tlb_one(uintptr_t address);
void __flush_tlb_range(uintptr_t start, uintptr_t end); // end is exclusive
void __flush_tlb_all();

} // namespace pagelab::arch
