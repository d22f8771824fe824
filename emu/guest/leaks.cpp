// A stack of the objects that were reached and not yet read.
#include "emu/guest/leaks.hpp"

#include <algorithm>
#include <cstring>

#include "emu/guest/heap_objects.hpp"
#include "emu/guest/page_map.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kPiece = 64 << 10; // bytes read at once

class Search {
  public:
    Search(KernelView const& view, KernelIndex const& index, LeakStep const& step)
        : view_(view), index_(index), step_(step)
    {
    }

    Result<LeakReport> run(std::vector<uint64_t> const& registers)
    {
        table_ = TRY(collect_heap_objects(view_, index_));
        mark_descriptors();
        if (index_.slabs.allocator == "slab")
            mark_arrays();
        registers_ = registers;
        for (uint64_t const value : registers)
            reach(VirtAddr(value));
        TRY(mark_roots());
        TRY(mark_struct_pages());
        TRY(drain());
        return report();
    }

  private:
    void reach(VirtAddr address)
    {
        HeapObject* const object = table_.find(index_, address);
        if (object == nullptr || object->reached)
            return;
        object->reached = true;
        if (!object->is_opaque)
            ahead_.push_back(static_cast<size_t>(object - table_.objects.data()));
    }

    // An area's descriptors are in use, but point at the area whoever has forgotten it.
    void mark_descriptors()
    {
        for (VmapArea const& area : index_.vmap.areas) {
            for (VirtAddr const part : {area.address, area.vm})
                if (HeapObject* const object = table_.find(index_, part))
                    object->reached = object->is_opaque = true;
            if (HeapObject* const array = table_.find(index_, area.pages))
                array->reached = array->is_opaque = true;
        }
    }

    // SLAB: its arrays still have what they gave out.
    void mark_arrays()
    {
        auto const mark = [&](Result<uint64_t> const& array) {
            if (HeapObject* const object = array ? table_.find(index_, VirtAddr(*array)) : nullptr)
                object->reached = object->is_opaque = true;
        };
        for (SlabCacheMap const& cache : index_.slabs.caches) {
            for (size_t cpu = 0; cpu < index_.percpu.offsets.size(); cpu++)
                mark(view_.read_field(cache.address, "kmem_cache",
                                      fmt::format("cpu_cache[{}]", cpu)));
            if (auto const node = view_.read_field(cache.address, "kmem_cache", "array.node"))
                mark(view_.read_field(VirtAddr(*node), "kmem_cache_node_array", "shared"));
        }
    }

    Result<> mark_roots()
    {
        VirtAddr const data = view_.types().symbol("_erodata").value_or(index_.image_start);
        TRY(scan(data, index_.image_end - data));
        uint64_t unit = index_.percpu.end - index_.percpu.start;
        if (auto const chunks = view_.types().variable("state"))
            if (auto const size = view_.types().member(chunks->type, "layout.unit_size"))
                unit = std::max(unit, view_.read_member(chunks->address, *size).value_or(0));
        for (uint64_t const offset : index_.percpu.offsets)
            TRY(scan(view_.advance(index_.percpu.start, offset), std::min(unit, kMaxUnit)));
        for (Task const& task : index_.tasks.tasks) {
            bool const saved = !task.on_cpu && task.sp >= task.stack && task.sp < task.stack_end;
            VirtAddr const from = saved ? task.sp : lowest_register_in(task);
            TRY(scan(from, std::min(task.stack_end - from, kMaxUnit)));
        }
        return {};
    }

    // Of a task that runs, what is below its stack pointer is dead.
    VirtAddr lowest_register_in(Task const& task) const
    {
        VirtAddr lowest = task.stack_end;
        for (uint64_t const value : registers_)
            if (VirtAddr(value) >= task.stack)
                lowest = std::min(lowest, VirtAddr(value));
        return lowest == task.stack_end ? task.stack : lowest;
    }

    // Users' pages may point at what they belong to; SLAB's slabs, at lists kept elsewhere.
    Result<> mark_struct_pages()
    {
        auto const flags = TRY(index_.pages.number_in("page", "flags"));
        auto const users = TRY(index_.pages.number_in("page", "_refcount"));
        auto const mapping = TRY(index_.pages.number_in("page", "mapping"));
        auto const own = TRY(index_.pages.number_in("page", "private_"));
        auto const list = TRY(index_.pages.number_in("slab", "freelist"));
        uint64_t const slab = uint64_t{1} << (TRY(view_.types().constant("PG_slab")) & 63);
        bool const has_lists = index_.slabs.allocator == "slab";
        auto const look = [&](Pfn, std::span<std::byte const> page) {
            if ((number_at(page, flags) & slab) != 0) {
                if (has_lists)
                    reach(VirtAddr(number_at(page, list)));
            } else if (number_at(page, users) != 0) {
                reach(VirtAddr(number_at(page, mapping)));
                reach(VirtAddr(number_at(page, own)));
            }
        };
        for (Zone const& zone : index_.zones)
            index_.pages.for_each_page(zone.start, zone.end(), look);
        return {};
    }

    Result<> drain()
    {
        while (!ahead_.empty()) {
            HeapObject const object = table_.objects[ahead_.back()];
            ahead_.pop_back();
            TRY(scan(object.start, object.size));
        }
        return {};
    }

    // Takes each aligned word for a pointer; pieces that are not mapped are passed over.
    Result<> scan(VirtAddr start, uint64_t size)
    {
        uint64_t const word = view_.types().pointer_size();
        VirtAddr const first((start.value + word - 1) / word * word);
        VirtAddr const end = start + size;
        for (VirtAddr here = first; here < end;) {
            TRY(step_(scanned_));
            if (uint64_t const hole = view_.memory().unmapped_run(here); hole != 0) {
                here += std::min(hole, end - here);
                continue;
            }
            buffer_.resize(std::min({end - here, kPiece, view_.memory().mapped_run(here)}));
            TRY(view_.memory().read(here, buffer_));
            for (uint64_t at = 0; at + word <= buffer_.size(); at += word) {
                uint64_t value = 0;
                std::memcpy(&value, buffer_.data() + at, word);
                if (value != 0)
                    reach(VirtAddr(value));
            }
            scanned_ += buffer_.size();
            here += buffer_.size();
        }
        return {};
    }

    LeakReport report()
    {
        LeakReport result;
        result.scanned = scanned_;
        for (HeapObject const& object : table_.objects) {
            if (object.size == 0)
                continue;
            result.objects++;
            if (!object.reached)
                result.leaks.push_back(describe(object));
        }
        std::ranges::sort(result.leaks, {}, &Leak::address);
        return result;
    }

    Leak describe(HeapObject const& object)
    {
        Leak leak;
        leak.address = object.start;
        leak.size = object.size;
        leak.kind = object.kind;
        auto const shown = std::span(leak.bytes).first(std::min<uint64_t>(32, object.size));
        if (!view_.memory().read(object.start, shown))
            leak.bytes = {};
        if (object.cache != nullptr) {
            if (auto const found = index_.object_at(object.start))
                leak.allocated = read_tracks(view_, index_.slabs, *found).allocated;
            if (leak.allocated)
                leak.stack = leak.allocated->stack;
        } else if (auto const physical = index_.direct.physical_of(object.start)) {
            if (auto const owner = read_page_owner(view_, phys_to_pfn(*physical)))
                leak.stack = owner->stack;
        }
        return leak;
    }

    static constexpr uint64_t kMaxUnit = 1 << 20; // bytes; of a stack or a per-CPU copy

    KernelView const& view_;
    KernelIndex const& index_;
    LeakStep const& step_;
    HeapObjects table_;
    std::vector<uint64_t> registers_;
    std::vector<size_t> ahead_;
    std::vector<std::byte> buffer_;
    uint64_t scanned_ = 0;
};

} // namespace

Result<LeakReport> find_leaks(KernelView const& view, KernelIndex const& index,
                              std::vector<uint64_t> const& registers, LeakStep const& step)
{
    if (index.slabs.allocator == "slob")
        return fail("slob does not know where its objects are");
    return Search(view, index, step).run(registers);
}

} // namespace pagelab::guest
