// Per-CPU memory on the host's heap: two CPUs and the spare, and sources that can be told to fail.
// Any thread may call.
#pragma once

#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <set>

#include "guestkernel/mm/percpu.hpp"

namespace pagelab::mm {

class PercpuWorld {
  public:
    static constexpr unsigned kUnits = 3;
    static constexpr unsigned kUnitSize = 65536;
    static constexpr unsigned kStatic = 1001; // rounded up to 1004
    static constexpr unsigned kReserved = 8192;
    static constexpr uintptr_t kStaticStart = 0x8100'0000; // an address of another world

    PercpuWorld()
        : units_(static_cast<char*>(std::aligned_alloc(kPageSize, size_t{kUnits} * kUnitSize))),
          descriptions_(new char[2 * pcpu_chunk_struct_size(kUnitSize)]())
    {
        std::memset(units_.get(), 0x77, size_t{kUnits} * kUnitSize);
        pcpu_environment const env = {this, allocate_units, free_object, allocate, free_object};
        pcpu_layout const layout = {kStaticStart, kStatic, kReserved, kUnitSize, kUnits};
        pcpu_setup_first_chunk(p, env, layout, units_.get(), descriptions_.get());
    }
    ~PercpuWorld()
    {
        for (void* object : objects_)
            std::free(object);
    }
    PercpuWorld(PercpuWorld const&) = delete;
    PercpuWorld& operator=(PercpuWorld const&) = delete;

    unsigned char* at(uintptr_t pointer, unsigned unit) const
    {
        return reinterpret_cast<unsigned char*>(pointer + pcpu_unit_offset(p, unit));
    }
    void fail_nth(long n) { countdown_ = n; }
    size_t live_objects() const { return objects_.size(); }

    pcpu_state p;

  private:
    static PercpuWorld& world(void* self) { return *static_cast<PercpuWorld*>(self); }
    void* remember(void* object)
    {
        objects_.insert(object);
        return object;
    }
    static void* allocate_units(void* self, size_t size)
    {
        std::lock_guard const lock(world(self).mutex_);
        if (world(self).countdown_ >= 0 && world(self).countdown_-- == 0)
            return nullptr;
        return world(self).remember(std::aligned_alloc(kPageSize, size));
    }
    static void* allocate(void* self, size_t size)
    {
        std::lock_guard const lock(world(self).mutex_);
        if (world(self).countdown_ >= 0 && world(self).countdown_-- == 0)
            return nullptr;
        return world(self).remember(std::malloc(size));
    }
    static void free_object(void* self, void* object)
    {
        std::lock_guard const lock(world(self).mutex_);
        if (world(self).objects_.erase(object) != 1)
            std::abort();
        std::free(object);
    }

    struct Free {
        void operator()(char* memory) const { std::free(memory); }
    };
    std::unique_ptr<char, Free> units_;
    std::unique_ptr<char[]> descriptions_;
    std::mutex mutex_;
    std::set<void*> objects_;
    long countdown_ = -1;
};

} // namespace pagelab::mm
