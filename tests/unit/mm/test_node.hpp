// A node brought up from a memory map as a kernel does it, on the host's heap.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "guestkernel/lib/align.hpp"
#include "guestkernel/mm/e820.hpp"
#include "guestkernel/mm/mm_init.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/watermark.hpp"

namespace pagelab::mm {

template<class T>
T expect(Result<T> result)
{
    if (!result)
        throw std::runtime_error(result.error().message);
    return result.value();
}

inline void expect(Result<> result)
{
    if (!result)
        throw std::runtime_error(result.error().message);
}

inline constexpr unsigned long kDmaEnd = 4096;        // pfn: 16 MiB
inline constexpr unsigned long kDma32End = 0x10'0000; // pfn: 4 GiB
inline constexpr unsigned long kLowmemEnd = 0x3'6ffe; // pfn: as Linux' i686 kernel has it

// The map a PC's firmware gives for this much RAM; as in the reference, RAM above 3 GiB lies from
// 4 GiB on and the last 128 KiB below are reserved.
inline std::vector<E820Entry> pc_map(uint64_t bytes)
{
    constexpr uint64_t kHole = 0xc000'0000;
    uint64_t const low = bytes < kHole ? bytes : kHole;
    std::vector<E820Entry> map = {
        {0, 0x9fc00, kE820Usable},
        {0x9fc00, 0x400, kE820Reserved},
        {0xf0000, 0x10000, kE820Reserved},
        {0x10'0000, low - 0x2'0000 - 0x10'0000, kE820Usable},
        {low - 0x2'0000, 0x2'0000, kE820Reserved},
    };
    if (bytes > low)
        map.push_back({uint64_t{1} << 32, bytes - low, kE820Usable});
    return map;
}

class TestNode {
  public:
    // `reserve`: bytes from 16 MiB on that a kernel image would take. `ends`: of the first two
    // zones, in pages; 0: as Linux has them.
    TestNode(zone_layout const& layout, std::vector<E820Entry> const& map, uint64_t reserve = 0,
             std::array<unsigned long, 2> ends = {})
    {
        expect(e820_setup(e820, map.data(), static_cast<unsigned>(map.size())));
        memblock_init(mb, memory_, 128, reserved_, 128);
        expect(e820_memblock_setup(e820, mb, PhysAddr(uint64_t{1} << 40)));
        expect(memblock_reserve(mb, PhysAddr(0x100'0000), reserve));
        unsigned long const end = memblock_end_of_dram(mb).value >> kPageShift;
        bool const is_32 = layout.highmem != layout.normal;
        size_t const bytes =
            lib::align_up<size_t>((end + MAX_ORDER_NR_PAGES) * sizeof(page), kPageSize);
        pages_ = static_cast<page*>(std::aligned_alloc(kPageSize, bytes));
        std::memset(static_cast<void*>(pages_), 0xa5, bytes);
        free_area_config config{&layout, {}, pages_, &phys_to_virt};
        if (ends[0] == 0)
            ends = {kDmaEnd, is_32 ? kLowmemEnd : kDma32End};
        config.max_zone_pfn[0] = std::min(ends[0], end);
        config.max_zone_pfn[1] = std::min(ends[1], end);
        config.max_zone_pfn[2] = end;
        expect(free_area_init(pgdat, mb, config));
    }
    ~TestNode() { std::free(pages_); }
    TestNode(TestNode const&) = delete;
    TestNode& operator=(TestNode const&) = delete;

    // Frees all memory and sets the watermarks.
    void start()
    {
        memblock_free_all(pgdat);
        init_per_zone_wmark_min(pgdat);
    }

    zone& zone_named(std::string const& name)
    {
        for (zone& z : pgdat.node_zones) {
            if (z.name != nullptr && z.name == name)
                return z;
        }
        throw std::runtime_error("no zone " + name);
    }

    e820_table e820;
    memblock mb;
    pglist_data pgdat;

  private:
    // Pageblock bitmaps live here; none is larger.
    static void* phys_to_virt(PhysAddr)
    {
        static std::vector<std::unique_ptr<unsigned long[]>> arena;
        constexpr size_t kLongs = 8192;
        arena.push_back(std::make_unique<unsigned long[]>(kLongs));
        std::memset(arena.back().get(), 0xa5, kLongs * sizeof(long));
        return arena.back().get();
    }

    memblock_region memory_[128];
    memblock_region reserved_[128];
    page* pages_;
};

} // namespace pagelab::mm
