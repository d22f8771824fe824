// Where things are in the kernel's address space, as in Linux without address randomization.
//
//   x86_64                                       i686 (3G/1G split)
//   ffff888000000000  direct map of all RAM      c0000000  direct map of low memory, 896 MiB
//   ffffc90000000000  vmalloc                              and in it the kernel image
//   ffffea0000000000  vmemmap: struct page[]               vmalloc, from 8 MiB above low memory
//   ffffffff81000000  kernel image               ff000000  pkmap: 512 pages for kmap
//   ffffffffc0000000  modules                    fffff000  fixmap, downwards: kmap_local
//
// Source: Linux Documentation/x86/x86_64/mm.rst; arch/x86/include/asm/page_32_types.h,
// pgtable_32_areas.h (VMALLOC_OFFSET, PKMAP_BASE as it comes out with PAE), fixmap.h,
// pgtable_64_types.h (MODULES_VADDR). The image is loaded at 2 MiB: see linker/.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/address.hpp"

// The linker scripts' symbols: addresses, not objects.
extern "C" char _text[], _etext[], _erodata[], _edata[], _end[];
extern "C" char boot_stack_guard[], boot_stack_top[];

namespace pagelab::arch {

inline constexpr uint64_t kLargePageSize = 0x20'0000;

#ifdef __x86_64__
inline constexpr uintptr_t kPageOffset = 0xffff'8880'0000'0000;
inline constexpr uintptr_t kVmallocStart = 0xffff'c900'0000'0000;
inline constexpr uintptr_t kVmallocEnd = 0xffff'e8ff'ffff'ffff;
inline constexpr uintptr_t kModulesStart = 0xffff'ffff'c000'0000;
inline constexpr uintptr_t kModulesEnd = 0xffff'ffff'ff00'0000;
inline constexpr uintptr_t kVmemmapStart = 0xffff'ea00'0000'0000;
inline constexpr uintptr_t kApicBase = 0xffff'ffff'ff5f'd000;    // FIX_APIC_BASE
inline constexpr uintptr_t kImageOffset = 0xffff'ffff'80e0'0000; // virtual - physical
inline constexpr uint64_t kDirectMapMax = uint64_t{64} << 40;
#else
inline constexpr uintptr_t kPageOffset = 0xc000'0000;
inline constexpr uintptr_t kVmallocOffset = 0x80'0000; // unmapped, to catch overruns
inline constexpr uintptr_t kPkmapBase = 0xff00'0000;
inline constexpr uintptr_t kVmallocEnd = kPkmapBase - 2 * static_cast<uintptr_t>(kPageSize);
inline constexpr uintptr_t kFixaddrTop = 0xffff'f000;
inline constexpr uintptr_t kApicBase = 0xffe0'0000; // below the slots of kmap_local
inline constexpr uintptr_t kImageOffset = kPageOffset;
inline constexpr uint64_t kDirectMapMax = uint64_t{896} << 20; // MAXMEM: the rest is high memory
#endif

// What boot.S maps, and so all that can be touched before paging_init(): bytes from 0.
inline constexpr uint64_t kEarlyMapEnd =
    uint64_t{1} << 30 < kDirectMapMax ? uint64_t{1} << 30 : kDirectMapMax;

// Of addresses in the direct map.
inline void* phys_to_virt(PhysAddr address)
{
    return reinterpret_cast<void*>(kPageOffset + static_cast<uintptr_t>(address.value));
}

// Of addresses in the direct map or the kernel image.
inline PhysAddr virt_to_phys(void const* pointer)
{
    auto const address = reinterpret_cast<uintptr_t>(pointer);
    return PhysAddr(address - (address >= kImageOffset ? kImageOffset : kPageOffset));
}

inline bool is_kernel_text(uintptr_t address)
{
    return address >= reinterpret_cast<uintptr_t>(_text) &&
           address < reinterpret_cast<uintptr_t>(_etext);
}

} // namespace pagelab::arch
