// Calls inside the library that the linker sends to us (ld's --wrap), where it is an archive.
//
// The library has no callback for a TLB miss with its exact address and requester, for MOV to a
// control register, or for the accesses a processor makes on its own; but each is one call from one
// of its object files to another (Unicorn 2.1: x86_cpu_tlb_fill and unicorn_fill_tlb,
// helper_write_crN and cpu_x86_update_cr3, cpu_{ld,st}*_mmuidx_ra, in its i386 target and
// accel/tcg/cputlb.c). So are the questions it asks about watchpoints, of which it has none itself
// (cpu_check_watchpoint before an access, cpu_watchpoint_address_matches for a page). Ours do what
// the manual says, load what the TLB lets pass (IRET makes seven loads, each a long way in the
// library), and hand the rest back. With the library as a shared object there are no such calls,
// and it is as it is.
#pragma once

#include <cstdint>

namespace pagelab::cpu {

class UnicornEngine;

// Whether the library's calls come here.
bool library_calls_are_ours();

// While it lives, this thread's calls are about this engine. Without one they are the library's.
class CallScope {
  public:
    explicit CallScope(UnicornEngine& engine);
    CallScope(CallScope const&) = delete;
    CallScope& operator=(CallScope const&) = delete;
    ~CallScope();

  private:
    UnicornEngine* outer_;
};

// tlb_set_page: a page of the library's TLB. `cpu` is the library's CPUState, `privilege` the index
// of the table, `rights` 1 read, 2 write, 4 execute; size in bytes, of the page in the tables.
void set_library_page(void* cpu, uint64_t linear_page, uint64_t page, uint32_t rights,
                      unsigned privilege, uint64_t size);

// Leaves the instruction under way, which has done nothing yet, for the library to begin again at
// its address. Its address is RIP (a callback has put it there).
[[noreturn]] void leave_library_instruction(void* cpu);

} // namespace pagelab::cpu
