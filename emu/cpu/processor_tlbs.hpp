// The library's one TLB, shared out: each processor's own is put back when it goes on.
//
// So what a processor has cached stays cached while others run, right or stale, until it flushes it
// itself, as on hardware: a missing shootdown is seen. In Unicorn 2.1 (struct CPUTLB) all of the
// TLB is 2.1 KB just before the general registers, with pointers to six tables on the heap: what
// changes hands is those bytes. Tables we make are the library's to free and replace while its TLB
// points to them; it uses malloc.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "emu/cpu/library_tlb.hpp"

namespace pagelab::cpu {

class ProcessorTlbs {
  public:
    // For a library whose TLB has just been flushed; the first processor has it, the others have
    // empty ones. None if what is there does not look like the library's.
    static std::optional<ProcessorTlbs> make(LibraryTlb const& tlb, unsigned processors);

    ProcessorTlbs(ProcessorTlbs&& other) noexcept;
    ProcessorTlbs& operator=(ProcessorTlbs&&) = delete;
    ~ProcessorTlbs();

    // The library gets this one's; whose it had is remembered.
    void switch_to(unsigned processor);

    // struct CPUTLB of this one, in the library or not.
    std::span<std::byte> of(unsigned processor);

    // While it lives the library finds nothing to clear in its TLB: a flush then empties nothing
    // but its table of blocks by address.
    class Untouched {
      public:
        explicit Untouched(ProcessorTlbs const& tlbs);
        Untouched(Untouched const&) = delete;
        Untouched& operator=(Untouched const&) = delete;
        ~Untouched();

      private:
        std::byte* dirty_; // a bit for each privilege's table that is not empty
        std::byte was_;
    };

  private:
    explicit ProcessorTlbs(std::span<std::byte> library) : library_(library) {}

    std::span<std::byte> library_;                // struct CPUTLB
    std::vector<std::vector<std::byte>> waiting_; // the same, of each; not the current one's
    unsigned current_ = 0;
};

} // namespace pagelab::cpu
