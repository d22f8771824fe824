// Windows to high memory on the host: the entries are arrays, the TLB remembers what was touched.
// Any thread may call.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include "guestkernel/mm/highmem.hpp"

namespace pagelab::mm {

class HighmemWorld {
  public:
    static constexpr unsigned kFrames = 2048; // the lower half low memory, the upper high
    static constexpr unsigned long kPkmapBase = 0xff00'0000;
    static constexpr unsigned long kFixaddrTop = 0xffff'f000;
    static constexpr uint64_t kProt = 0x8000'0000'0000'0163;

    HighmemWorld() : frames_(kFrames)
    {
        pgdat_.layout = &kZoneLayout32;
        pgdat_.movable_zone = kZoneLayout32.highmem;
        pgdat_.node_mem_map = frames_.data();
        for (unsigned i = 0; i < kFrames; i++)
            init_page(frames_[i], i < kFrames / 2 ? kZoneLayout32.normal : kZoneLayout32.highmem);
        highmem_environment env = {};
        env.pgdat = &pgdat_;
        env.context = this;
        env.lowmem_address = [](void*, PhysAddr address) {
            return reinterpret_cast<void*>(0xc000'0000 + address.value);
        };
        env.cpu = [](void*) { return lib::smp_processor_id(); };
        env.flush_range = [](void* self, unsigned long start, unsigned long end) {
            std::lock_guard const lock(world(self).mutex_);
            auto& tlb = world(self).tlb;
            tlb.erase(tlb.lower_bound(start), tlb.lower_bound(end));
        };
        env.flush_page = [](void* self, unsigned long address) {
            std::lock_guard const lock(world(self).mutex_);
            world(self).tlb.erase(address);
        };
        env.pkmap_table = pkmap_;
        env.pkmap_base = kPkmapBase;
        env.fixmap_entry = fixmap_ + kFixmapEntries - 1;
        env.fixaddr_top = kFixaddrTop;
        env.prot = kProt;
        highmem_init(hm, env);
    }
    HighmemWorld(HighmemWorld const&) = delete;
    HighmemWorld& operator=(HighmemWorld const&) = delete;

    page& low(unsigned i) { return frames_.at(i); }
    page& high(unsigned i) { return frames_.at(kFrames / 2 + i); }

    // The frame a program sees at an address of a window: by the TLB if that knows, else by the
    // entry, which the TLB then remembers. 0: nothing.
    uint64_t look(void const* where)
    {
        std::lock_guard const lock(mutex_);
        auto const address = reinterpret_cast<unsigned long>(where);
        auto const known = tlb.find(address);
        if (known != tlb.end())
            return known->second;
        uint64_t const entry = address >= kPkmapBase + sizeof(pkmap_) / 8 * kPageSize
                                   ? *(fixmap_ + kFixmapEntries - (kFixaddrTop - address) / 4096)
                                   : pkmap_[(address - kPkmapBase) / kPageSize];
        if ((entry & 1) == 0)
            return 0;
        return tlb[address] = entry >> 12 & 0xff'ffff'ffff;
    }

    highmem hm;
    std::map<unsigned long, uint64_t> tlb;

  private:
    static constexpr unsigned kFixmapEntries = kHighmemCpus * KM_MAX_IDX;
    static HighmemWorld& world(void* self) { return *static_cast<HighmemWorld*>(self); }

    std::mutex mutex_;
    pglist_data pgdat_ = {};
    std::vector<page> frames_;
    uint64_t pkmap_[LAST_PKMAP] = {};
    uint64_t fixmap_[kFixmapEntries] = {};
};

} // namespace pagelab::mm
