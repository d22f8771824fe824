// The kernel's own address space.
#include "guestkernel/arch/x86/paging.hpp"

#include "guestkernel/abi/x86/efer.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/layout.hpp"

namespace pagelab::arch {

namespace {

constexpr uint64_t kFirstMegabyte = 0x10'0000;

MappedPages direct_map;

mm::Result<> map_section(PageTable& table, char const* start, char const* end, uint64_t flags)
{
    return table.map(reinterpret_cast<uintptr_t>(start), virt_to_phys(start),
                     static_cast<uint64_t>(end - start), flags);
}

// All but the page below the stack, so that running over its end faults.
mm::Result<> map_image(PageTable& table)
{
    TRY(map_section(table, _text, _etext, kPageRx));
    TRY(map_section(table, _etext, _erodata, kPageRo));
    TRY(map_section(table, _erodata, boot_stack_guard, kPageRw));
    return map_section(table, boot_stack_guard + kPageSize, _end, kPageRw);
}

// The direct map of [start, end), without the image where that lies in the direct map itself.
mm::Result<> map_direct(PageTable& table, PhysAddr start, PhysAddr end)
{
    PhysAddr const image_start = virt_to_phys(_text);
    PhysAddr const image_end = virt_to_phys(_end);
    if (kImageOffset == kPageOffset && start < image_end && end > image_start) {
        TRY(map_direct(table, start, image_start));
        return map_direct(table, image_end, end);
    }
    if (start >= end)
        return {};
    return table.map(reinterpret_cast<uintptr_t>(phys_to_virt(start)), start, end - start, kPageRw);
}

// RAM, and all of the first megabyte, where firmware and adapters keep their tables.
mm::Result<> map_memory(PageTable& table, mm::memblock const& memory)
{
    uint64_t low_end = kFirstMegabyte;
    for (unsigned long i = 0; i < memory.memory.cnt; i++) {
        mm::memblock_region const& region = memory.memory.regions[i];
        if (region.base <= kFirstMegabyte && region.base + region.size > low_end)
            low_end = region.base + region.size;
    }
    TRY(map_direct(table, PhysAddr(0),
                   PhysAddr(low_end < kDirectMapMax ? low_end : kDirectMapMax)));
    for (unsigned long i = 0; i < memory.memory.cnt; i++) {
        uint64_t const base = memory.memory.regions[i].base;
        uint64_t const end = base + memory.memory.regions[i].size;
        if (base >= low_end)
            TRY(map_direct(table, PhysAddr(base),
                           PhysAddr(end < kDirectMapMax ? end : kDirectMapMax)));
    }
    return {};
}

// The tables without NX are good for either setting, so NX comes on before those with it.
void enable_no_execute(nx_protection nx)
{
    if (nx == nx_protection::disabled) {
        set_supported_flags(~x86::pte::NoExecute::mask);
        return;
    }
    write_msr(x86::Msr::efer, read_msr(x86::Msr::efer) | x86::efer::NoExecuteEnable::mask);
}

} // namespace

// CPUID 7, EBX (Intel SDM volume 2A).
void enable_protections()
{
    constexpr uint32_t kSmep = 1u << 7;
    constexpr uint32_t kSmap = 1u << 20;
    uint32_t const features = cpuid(0).eax >= 7 ? cpuid(7).ebx : 0;
    auto cr4 = read_cr4() | static_cast<uintptr_t>(x86::cr4::PageGlobal::mask);
    if ((features & kSmep) != 0)
        cr4 |= static_cast<uintptr_t>(x86::cr4::SupervisorExecutionPrevention::mask);
    if ((features & kSmap) != 0)
        cr4 |= static_cast<uintptr_t>(x86::cr4::SupervisorAccessPrevention::mask);
    write_cr4(cr4);
}

mm::Result<> paging_init(mm::memblock& memory, nx_protection nx)
{
    enable_no_execute(nx);
    memory.current_limit = kEarlyMapEnd;
    PageTable table = TRY(PageTable::create(memory));
    TRY(map_memory(table, memory));
    direct_map = table.pages();
    TRY(map_image(table));
    write_cr3(static_cast<uintptr_t>(table.root().value));
    memory.current_limit = kDirectMapMax;
    return {};
}

MappedPages direct_map_pages()
{
    return direct_map;
}

} // namespace pagelab::arch
