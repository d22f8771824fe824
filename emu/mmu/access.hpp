// An access to memory as the paging unit sees it: what is done, for whom, through which segment.
//
// Source: Intel SDM volume 3, section 4.6 (explicit and implicit supervisor-mode accesses).
#pragma once

#include <cstdint>

namespace pagelab::mmu {

enum class Operation : uint8_t { Read, Write, Fetch };

// Explicit accesses are the instruction's own, at CPL 3 (User) or CPL 0..2 (Supervisor). Implicit
// ones are the processor's, to descriptor tables and the TSS: supervisor-mode at any CPL, and not
// excused from SMAP by RFLAGS.AC.
enum class Requester : uint8_t { User, Supervisor, ImplicitSupervisor };

// Decides only what a non-canonical address raises: #SS through the stack segment, else #GP.
enum class Segment : uint8_t { Data, Stack };

struct Access {
    Operation operation = Operation::Read;
    Requester requester = Requester::Supervisor;
    Segment segment = Segment::Data;
};

} // namespace pagelab::mmu
