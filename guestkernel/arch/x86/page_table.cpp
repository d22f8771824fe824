// Building page tables.
#include "guestkernel/arch/x86/page_table.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::arch {

namespace pte = x86::pte;

namespace {

uint64_t supported_flags = ~uint64_t{0};

uint64_t* table_at(PhysAddr address)
{
    return static_cast<uint64_t*>(phys_to_virt(address));
}

mm::Result<PhysAddr> allocate_table(void* memory)
{
    PhysAddr const table =
        TRY(mm::memblock_phys_alloc(*static_cast<mm::memblock*>(memory), kPageSize, kPageSize));
    memset(table_at(table), 0, kPageSize);
    return table;
}

} // namespace

void set_supported_flags(uint64_t mask)
{
    supported_flags = mask;
}

uint64_t supported_pte_flags()
{
    return supported_flags;
}

PageTable::PageTable(mm::memblock& memory, PhysAddr root)
    : table_{root,    PagingFormat::kLevels, supported_flags, kPageOffset,
             &memory, allocate_table,        nullptr}
{
}

mm::Result<PageTable> PageTable::create(mm::memblock& memory)
{
    return PageTable(memory, TRY(allocate_table(&memory)));
}

PageTable PageTable::current(mm::memblock& memory)
{
    return PageTable(memory, PagingFormat::root(read_cr3()));
}

mm::Result<> PageTable::map(uintptr_t address, PhysAddr physical, uint64_t size, uint64_t flags)
{
    while (size > 0) {
        bool const large =
            ((address | physical.value) & (kLargePageSize - 1)) == 0 && size >= kLargePageSize;
        uint64_t* const leaf = TRY(mm::make_entry(table_, address, large ? 2 : 1));
        *leaf = physical.value | (flags & table_.supported_flags) |
                (large ? pte::PageSize::mask : uint64_t{0});
        (large ? pages_.large : pages_.small)++;
        uint64_t const step = large ? kLargePageSize : kPageSize;
        address += static_cast<uintptr_t>(step);
        physical += step;
        size -= step;
    }
    return {};
}

void set_page_flags(void const* address, uint64_t flags)
{
    VirtAddr const target(reinterpret_cast<uintptr_t>(address));
    uint64_t* table = table_at(PagingFormat::root(read_cr3()));
    unsigned level = PagingFormat::kLevels;
    uint64_t* entry = table + PagingFormat::index(level, target);
    while (!PagingFormat::is_page(level, *entry, {})) {
        table = table_at(PagingFormat::table(*entry));
        level--;
        entry = table + PagingFormat::index(level, target);
    }
    *entry = PagingFormat::page(level, *entry).value | (flags & supported_flags) |
             (level > 1 ? pte::PageSize::mask : uint64_t{0});
    invlpg(address);
}

} // namespace pagelab::arch
