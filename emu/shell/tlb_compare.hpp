// TLB entries beside the page tables: whether a walk now would still give what they hold.
#pragma once

#include "emu/shell/session.hpp"

namespace pagelab::shell {

// The selected processor's; none of a file, or if the CPU library hides its TLB.
std::vector<cpu::TlbEntry> tlb_entries(Target& target);

// Why it is stale: "the page is not present now"; "" if it is not.
std::string stale_reason(mmu::Context const& context, mem::PhysicalMemory const& memory,
                         cpu::TlbEntry const& entry);

// {"kind": "string", "page": "hex", "target": "hex", "rights": "string", "stale": "string?"}
Json tlb_row(mmu::Context const& context, mem::PhysicalMemory const& memory,
             cpu::TlbEntry const& entry);

// "user rw-  0x1000 -> 0x5000, stale: ..."
std::string tlb_text(Json const& row);

} // namespace pagelab::shell
