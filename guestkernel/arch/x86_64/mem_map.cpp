// x86_64's struct page array: virtually contiguous at vmemmap, with memory behind it only where
// there is RAM.
//
// A 2 MiB page holds the 64-byte struct pages of one 128 MiB section (Linux' SPARSEMEM_VMEMMAP,
// include/linux/mmzone.h, arch/x86/include/asm/sparsemem.h).
#include "guestkernel/arch/x86/paging.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/mm/mm_init.hpp"

namespace pagelab::arch {

namespace {

constexpr uint64_t kPagesPerSection = kLargePageSize / sizeof(mm::page);
static_assert(kPagesPerSection * kPageSize == uint64_t{128} << 20);

} // namespace

mm::Result<mm::page*> mem_map_init(mm::memblock& memory)
{
    PageTable table = PageTable::current(memory);
    uint64_t mapped_end = 0; // sections below have theirs
    mm::pfn_range range;
    for (unsigned long i = 0; mm::mem_map_range(memory, i, range); i++) {
        uint64_t section = range.start.value / kPagesPerSection;
        section = section < mapped_end ? mapped_end : section;
        for (; section * kPagesPerSection < range.end.value; section++) {
            PhysAddr const pages =
                TRY(mm::memblock_phys_alloc(memory, kLargePageSize, kLargePageSize));
            TRY(table.map(kVmemmapStart + section * kLargePageSize, pages, kLargePageSize,
                          kPageRw));
            mapped_end = section + 1;
        }
    }
    return reinterpret_cast<mm::page*>(kVmemmapStart);
}

} // namespace pagelab::arch
