// DirtyPages: which pages of RAM may have been written to since the last moment that was kept.
//
// All of them, until the first clear(). A page is marked before it is written: by the engine when
// it first lets the guest store to it, and by PhysicalMemory::write(). To go back then costs as
// much as what was written, not as much as there is RAM.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

namespace pagelab::mem {

class DirtyPages {
  public:
    // pages: of RAM, counted as PhysicalMemory::ram_page() does; a byte for each, lazily committed.
    explicit DirtyPages(uint64_t pages = 0)
        : flags_(static_cast<uint8_t*>(std::calloc(pages, 1)), &std::free)
    {
    }

    bool all() const { return all_; }
    bool has(uint64_t page) const { return all_ || flags_[page] != 0; }
    // In the order in which they were marked; without meaning while all() are.
    std::span<uint32_t const> pages() const { return pages_; }

    void mark(uint64_t page)
    {
        if (has(page))
            return;
        flags_[page] = 1;
        pages_.push_back(static_cast<uint32_t>(page));
    }
    // Somebody writes who does not say where.
    void mark_all() { all_ = true; }
    void clear()
    {
        for (uint32_t const page : pages_)
            flags_[page] = 0;
        pages_.clear();
        all_ = flags_ == nullptr;
    }

  private:
    bool all_ = true;
    std::unique_ptr<uint8_t[], decltype(&std::free)> flags_;
    std::vector<uint32_t> pages_;
};

} // namespace pagelab::mem
