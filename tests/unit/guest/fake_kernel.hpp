// A hand-made kernel in fake memory: sample_kernel.cpp's structures, behind page tables.
//
// Virtual addresses 0..6 MiB are mapped by three 2 MiB pages to physical 8..14 MiB; nothing else
// is mapped. Physical memory has 14 MiB. The struct page array begins at virtual 2 MiB.
#pragma once

#include <string>

#include "emu/guest/kernel_view.hpp"
#include "tests/support/fake_memory.hpp"

namespace pagelab::guest::test {

TypeTable sample_types(std::string const& name); // "sample-i686", ...

class FakeKernel {
  public:
    static constexpr uint64_t kShift = 8 << 20; // physical - virtual
    static constexpr uint64_t kMapped = 6 << 20;
    static constexpr VirtAddr kMemMap{2 << 20};
    static constexpr uint64_t kZoneStart = 16; // pfn
    static constexpr uint64_t kZoneSpan = 240; // pages
    static constexpr unsigned kOrders = 4;
    static constexpr unsigned kTypes = 2;

    explicit FakeKernel(std::string const& sample);
    FakeKernel(FakeKernel const&) = delete; // its parts refer to each other
    FakeKernel& operator=(FakeKernel const&) = delete;

    KernelView view() const { return KernelView(types_, paged_); }
    TypeTable const& types() const { return types_; }
    pagelab::test::FakeMemory& memory() { return memory_; }

    uint64_t word() const { return types_.pointer_size(); }
    void write(VirtAddr address, uint64_t value, uint64_t size);
    void write_pointer(VirtAddr address, uint64_t value) { write(address, value, word()); }
    void write_string(VirtAddr address, std::string const& text);
    void set(VirtAddr object, char const* type, std::string const& path, uint64_t value);
    uint64_t get(VirtAddr object, char const* type, std::string const& path) const;

    void unmap(VirtAddr address); // the 2 MiB around it

    // A circular list_head list through these nodes.
    void link(VirtAddr head, std::vector<VirtAddr> const& nodes);

    VirtAddr zone() const;
    VirtAddr page(uint64_t pfn) const;
    VirtAddr list(unsigned order, unsigned type) const;

    // Puts a block at the end of its list and keeps every count right.
    void add_free_block(uint64_t pfn, unsigned order, unsigned type);

  private:
    void map_memory();
    void make_zone();

    TypeTable types_;
    pagelab::test::FakeMemory memory_;
    PagedMemory<pagelab::test::FakeMemory> paged_;
};

} // namespace pagelab::guest::test
