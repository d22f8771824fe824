// The kernel's page tables as mm/ works on them.
#include "guestkernel/kernel/kernel_tables.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::kernel {

namespace {

mm::vmap_table tables;

mm::Result<PhysAddr> allocate_table(void*)
{
    mm::page* const p = mm::alloc_pages(node(), mm::GFP_KERNEL, 0);
    if (p == nullptr)
        return mm::Error{"no memory for a page table"};
    PhysAddr const table = pfn_to_phys(mm::page_to_pfn(node(), *p));
    memset(arch::phys_to_virt(table), 0, kPageSize);
    return table;
}

void free_table(void*, PhysAddr table)
{
    static_cast<void>(mm::__free_pages(node(), *mm::pfn_to_page(node(), phys_to_pfn(table)), 0));
}

} // namespace

mm::Result<> kernel_tables_init()
{
    tables = {arch::PagingFormat::root(arch::read_cr3()),
              arch::PagingFormat::kLevels,
              arch::supported_pte_flags(),
              arch::kPageOffset,
              nullptr,
              allocate_table,
              free_table};
    return {};
}

mm::vmap_table const& kernel_tables()
{
    return tables;
}

} // namespace pagelab::kernel
