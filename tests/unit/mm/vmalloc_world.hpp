// A vmalloc_state on the host: page tables in an arena, page frames that are only numbers, a TLB
// that remembers what was touched, and sources that can be told to fail. Any thread may call.
#pragma once

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "guestkernel/mm/vmalloc.hpp"

namespace pagelab::mm {

inline constexpr unsigned long kPaeStart = 0xf880'0000;
inline constexpr unsigned long kPaeEnd = 0xfeff'e000;
inline constexpr auto kLongStart = static_cast<unsigned long>(0xffff'c900'0000'0000);
inline constexpr auto kLongEnd = static_cast<unsigned long>(0xffff'e8ff'ffff'f000);
inline constexpr auto kLongModules = static_cast<unsigned long>(0xffff'ffff'c000'0000);
inline constexpr auto kLongSpaceEnd = static_cast<unsigned long>(0xffff'ffff'ff00'0000);
inline constexpr unsigned kMostLevels = sizeof(long) == 8 ? 4 : 3; // that addresses have bits for
inline constexpr uint64_t kTestProt = 0x8000'0000'0000'0163;       // present, writable, A, D, G, XD

// What this thread's calls had to say.
inline thread_local std::string vmalloc_log;

inline environment vmalloc_test_environment()
{
    environment env = kBareEnvironment;
    env.vprintk = [](log_level, char const* format, va_list arguments) {
        char text[512];
        std::vsnprintf(text, sizeof(text), format, arguments);
        vmalloc_log += text;
    };
    return env;
}

// Physical memory that holds page tables, and nothing else.
class TableArena {
  public:
    PhysAddr allocate()
    {
        if (used_ == kTables)
            std::abort();
        return PhysAddr(kBase + used_++ * kPageSize);
    }
    // What to add to a physical address to touch it.
    uintptr_t offset() const
    {
        return reinterpret_cast<uintptr_t>(tables_.get()) - static_cast<uintptr_t>(kBase);
    }

  private:
    static constexpr uint64_t kBase = 0x7'0000'0000;
    static constexpr size_t kTables = 256;
    size_t used_ = 0;
    std::unique_ptr<uint64_t[]> tables_ =
        std::make_unique<uint64_t[]>(kTables * kEntriesPerTable); // zeros
};

class VmallocWorld {
  public:
    // levels 3: i686's window; 4: x86_64's, to a host of 64 bits. `pages` frames exist.
    explicit VmallocWorld(unsigned levels, size_t pages = 4096)
        : start(levels == 3 ? kPaeStart : kLongStart), end(levels == 3 ? kPaeEnd : kLongEnd),
          frames_(pages)
    {
        for (size_t i = pages; i > 0; i--)
            free_frames_.push_back(i - 1);
        table = {arena.allocate(),      levels, ~uint64_t{0}, arena.offset(), this, allocate_table,
                 [](void*, PhysAddr) {}};
        vmalloc_environment env = {};
        env.objects = {this, allocate_object, free_object, flush_tlb_range};
        env.alloc_pages = alloc_pages;
        env.free_pages = free_pages;
        pgdat_.node_mem_map = frames_.data();
        pgdat_.node_zones[0].managed_pages = pages;
        pgdat_.layout = levels == 3 ? &kZoneLayout32 : &kZoneLayout64;
        pgdat_.env = &env_;
        env.pgdat = &pgdat_;
        unsigned long const space_end = levels == 3 ? kPaeEnd : kLongSpaceEnd;
        if (!vmalloc_init(v, env, table, start, end, space_end))
            std::abort();
    }
    ~VmallocWorld()
    {
        for (void* object : objects_)
            std::free(object);
    }
    VmallocWorld(VmallocWorld const&) = delete;
    VmallocWorld& operator=(VmallocWorld const&) = delete;

    vm_request request(unsigned long size)
    {
        return vmalloc_request(v, size, GFP_KERNEL, kTestProt, nullptr);
    }

    // What a program that uses [address, address + size) leaves in the TLB.
    void touch(unsigned long address, unsigned long size)
    {
        std::lock_guard const lock(mutex_);
        for (unsigned long at = address; at < address + size; at += kPageSize) {
            uint64_t const* const entry = find_pte(table, at);
            if (entry != nullptr && (*entry & 1) != 0)
                tlb[at] = *entry;
        }
    }
    // Whether the TLB still knows a page of it.
    bool is_stale(unsigned long address, unsigned long size) const
    {
        std::lock_guard const lock(mutex_);
        auto const entry = tlb.lower_bound(address);
        return entry != tlb.end() && entry->first < address + size;
    }

    // Fail the n-th request for memory from now on, of whatever kind; negative: none.
    void fail_nth(long n) { countdown_ = n; }

    size_t live_objects() const { return objects_.size(); }
    size_t free_frames() const { return free_frames_.size(); }
    page& frame(size_t i) { return frames_.at(i); }

    unsigned long start, end;
    TableArena arena;
    vmap_table table;
    vmalloc_state v;
    std::map<unsigned long, uint64_t> tlb;
    unsigned long flushes = 0;
    std::function<void()> during_flush; // what other CPUs do during the next

  private:
    static VmallocWorld& world(void* self) { return *static_cast<VmallocWorld*>(self); }
    bool fails() { return countdown_ >= 0 && countdown_-- == 0; }

    static Result<PhysAddr> allocate_table(void* self)
    {
        std::lock_guard const lock(world(self).mutex_);
        if (world(self).fails())
            return Error{"no memory for a page table"};
        return world(self).arena.allocate();
    }
    static void* allocate_object(void* self, size_t size, gfp_t)
    {
        std::lock_guard const lock(world(self).mutex_);
        if (world(self).fails())
            return nullptr;
        void* const object = std::malloc(size);
        world(self).objects_.insert(object);
        return object;
    }
    static void free_object(void* self, void* object)
    {
        std::lock_guard const lock(world(self).mutex_);
        if (world(self).objects_.erase(object) != 1)
            std::abort(); // not ours, or freed twice
        std::free(object);
    }
    static unsigned long alloc_pages(void* self, gfp_t, unsigned long count, page** pages)
    {
        std::lock_guard const lock(world(self).mutex_);
        auto& frames = world(self).free_frames_;
        unsigned long taken = 0;
        for (; taken < count && !frames.empty() && !world(self).fails(); taken++) {
            pages[taken] = &world(self).frames_.at(frames.back());
            pages[taken]->_refcount = 1;
            frames.pop_back();
        }
        return taken;
    }
    static void free_pages(void* self, page** pages, unsigned long count)
    {
        std::lock_guard const lock(world(self).mutex_);
        for (unsigned long i = 0; i < count; i++) {
            if (pages[i]->_refcount != 1)
                std::abort();
            pages[i]->_refcount = 0;
            world(self).free_frames_.push_back(
                static_cast<size_t>(pages[i] - world(self).frames_.data()));
        }
    }
    static void flush_tlb_range(void* self, unsigned long from, unsigned long to)
    {
        if (auto const others = std::exchange(world(self).during_flush, nullptr))
            others();
        std::lock_guard const lock(world(self).mutex_);
        auto& entries = world(self).tlb;
        entries.erase(entries.lower_bound(from), entries.lower_bound(to));
        world(self).flushes++;
    }

    mutable std::mutex mutex_;
    environment const env_ = vmalloc_test_environment();
    pglist_data pgdat_ = {};
    std::vector<page> frames_;
    std::vector<size_t> free_frames_;
    std::set<void*> objects_;
    long countdown_ = -1;
};

} // namespace pagelab::mm
