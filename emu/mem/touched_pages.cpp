// A chunk of the page map at a time.
#include "emu/mem/touched_pages.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <fcntl.h>
#include <unistd.h>

#include "guestkernel/abi/address.hpp"
#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::mem {

namespace {

constexpr uint64_t kTouched = x86::Field<63, 62>::mask;

class PageMapFile {
  public:
    PageMapFile() : file_(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)) {}
    PageMapFile(PageMapFile const&) = delete;
    PageMapFile& operator=(PageMapFile const&) = delete;
    ~PageMapFile()
    {
        if (file_ >= 0)
            close(file_);
    }

    // Entries of the pages from `start` on; those that cannot be read count as touched.
    void read(std::byte const* start, std::span<uint64_t> entries) const
    {
        uint64_t const page = reinterpret_cast<uintptr_t>(start) / kPageSize;
        auto const offset = static_cast<off_t>(page * sizeof(uint64_t));
        ssize_t const got = pread(file_, entries.data(), entries.size_bytes(), offset);
        size_t const known = got < 0 ? 0 : static_cast<size_t>(got) / sizeof(uint64_t);
        std::ranges::fill(entries.subspan(known), kTouched);
    }

  private:
    int file_;
};

} // namespace

bool for_each_touched(std::span<std::byte> memory, TouchedVisit const& visit)
{
    PageMapFile const file;
    std::array<uint64_t, 4096> entries;
    size_t begin = 0; // of the run at hand
    bool is_touched = false;
    for (size_t at = 0; at < memory.size(); at += entries.size() * kPageSize) {
        size_t const pages = (memory.size() - at + kPageSize - 1) / kPageSize;
        auto const chunk = std::span(entries).first(std::min(pages, entries.size()));
        file.read(memory.data() + at, chunk);
        for (size_t i = 0; i < chunk.size(); ++i) {
            size_t const here = at + i * kPageSize;
            bool const touched = (chunk[i] & kTouched) != 0;
            if (touched == is_touched)
                continue;
            if (here != begin && !visit(memory.subspan(begin, here - begin), is_touched))
                return false;
            begin = here;
            is_touched = touched;
        }
    }
    return begin == memory.size() || visit(memory.subspan(begin), is_touched);
}

} // namespace pagelab::mem
