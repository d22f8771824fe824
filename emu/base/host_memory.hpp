// Zeroed memory straight from the operating system, committed as it is touched.
//
// In huge pages one fault of the host does for 512: right for what is touched as a whole, as a file
// is that is read; wrong for the guest's RAM, most of which is not. Pointers into the memory stay
// valid when the object is moved.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>

#include "emu/base/error.hpp"

namespace pagelab {

enum class HostPages : uint8_t { Small, Huge }; // 4 KiB, 2 MiB if the system has any

class HostMemory {
  public:
    // size: bytes; 0 gives an empty one. Begins at a page of the wanted size.
    // An Error if the process has no such address space left.
    static Result<HostMemory> create(uint64_t size, HostPages pages);

    // The bytes of a file, read as they are touched; they must not be written.
    static Result<HostMemory> map_file(std::filesystem::path const& file);

    HostMemory() = default;
    HostMemory(HostMemory&& other) noexcept;
    HostMemory& operator=(HostMemory&& other) noexcept;
    ~HostMemory();

    std::byte* data() const { return bytes_.data(); }
    size_t size() const { return bytes_.size(); }
    operator std::span<std::byte const>() const { return bytes_; }

  private:
    std::span<std::byte> bytes_;
    size_t mapped_ = 0; // bytes, in whole pages
};

} // namespace pagelab
