// Building page tables: PAE's three levels and x86_64's four by one routine.
//
// Tables come from memblock and are reached through the direct map, so memblock's current_limit
// must not lie above what is mapped already. Entries of upper levels grant everything; the leaf
// decides (Intel SDM volume 3, section 4.6).
#pragma once

#include <stdint.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/abi/x86/pte.hpp"
#include "guestkernel/mm/memblock.hpp"
#include "guestkernel/mm/vmap_table.hpp"

namespace pagelab::arch {

#ifdef __x86_64__
using PagingFormat = x86::FormatLong<4>;
#else
using PagingFormat = x86::FormatPae;
#endif

// Flags of the leaves; all are global and pre-set A and D, so that the CPU need not write them.
inline constexpr uint64_t kKernelPage = x86::pte::Present::mask | x86::pte::Accessed::mask |
                                        x86::pte::Dirty::mask | x86::pte::Global::mask;
inline constexpr uint64_t kPageRx = kKernelPage;
inline constexpr uint64_t kPageRo = kKernelPage | x86::pte::NoExecute::mask;
inline constexpr uint64_t kPageRw = kPageRo | x86::pte::Writable::mask;
inline constexpr uint64_t kPageRwx =
    kKernelPage | x86::pte::Writable::mask;                                 // module text, at first
inline constexpr uint64_t kPageIo = kPageRw | x86::pte::CacheDisable::mask; // uncached: PAT 2

// Pages mapped so far, by size.
struct MappedPages {
    unsigned long small;
    unsigned long large;
};

// Which flags reach the tables from here on; the others are left out (Linux'
// __supported_pte_mask). Initially all.
void set_supported_flags(uint64_t mask);
uint64_t supported_pte_flags();

class PageTable {
  public:
    static mm::Result<PageTable> create(mm::memblock& memory);
    static PageTable current(mm::memblock& memory); // the tables CR3 points to

    // Map `size` bytes (whole pages) with 2 MiB pages wherever alignment allows, else 4 KiB. What
    // is mapped must not be mapped already.
    mm::Result<> map(uintptr_t address, PhysAddr physical, uint64_t size, uint64_t flags);

    PhysAddr root() const { return table_.root; }
    MappedPages pages() const { return pages_; }

  private:
    PageTable(mm::memblock& memory, PhysAddr root);

    mm::vmap_table table_ = {};
    MappedPages pages_ = {0, 0};

    template<class T>
    friend class lib::Result;
    PageTable() = default;
};

// Change the flags of the page, of whatever size, that maps `address` under the current CR3.
void set_page_flags(void const* address, uint64_t flags);

} // namespace pagelab::arch
