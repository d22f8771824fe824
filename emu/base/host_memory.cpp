// mmap(2), with what it gives too much for the sake of alignment given back.
#include "emu/base/host_memory.hpp"

#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace pagelab {

namespace {

uintptr_t page_size(HostPages pages)
{
    return pages == HostPages::Huge ? uintptr_t{2} << 20 : 4096;
}

uintptr_t round_up(uintptr_t value, uintptr_t unit)
{
    return (value + unit - 1) / unit * unit;
}

void give_back(uintptr_t from, uintptr_t to)
{
    if (from < to)
        munmap(reinterpret_cast<void*>(from), to - from);
}

} // namespace

Result<HostMemory> HostMemory::create(uint64_t size, HostPages pages)
{
    HostMemory memory;
    if (size == 0)
        return memory;
    memory.mapped_ = round_up(size, page_size(pages));
    size_t const room = memory.mapped_ + page_size(pages);
    void* const mapping = mmap(nullptr, room, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED)
        return fail("the host has no address space for {} bytes", size);
    auto const start = reinterpret_cast<uintptr_t>(mapping);
    uintptr_t const aligned = round_up(start, page_size(pages));
    give_back(start, aligned);
    give_back(aligned + memory.mapped_, start + room);
    memory.bytes_ = {reinterpret_cast<std::byte*>(aligned), size};
    if (pages == HostPages::Huge)
        madvise(memory.data(), memory.mapped_, MADV_HUGEPAGE); // else only slower
    return memory;
}

Result<HostMemory> HostMemory::map_file(std::filesystem::path const& file)
{
    int const descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status = {};
    bool const known = descriptor >= 0 && fstat(descriptor, &status) == 0;
    HostMemory memory;
    if (known && S_ISREG(status.st_mode) && status.st_size != 0) {
        memory.mapped_ = static_cast<size_t>(status.st_size);
        void* const mapping = mmap(nullptr, memory.mapped_, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (mapping != MAP_FAILED)
            memory.bytes_ = {static_cast<std::byte*>(mapping), memory.mapped_};
    }
    char const* const reason = known ? "no file with bytes in it" : std::strerror(errno);
    if (descriptor >= 0)
        close(descriptor);
    if (memory.bytes_.empty())
        return fail("{}", reason);
    return memory;
}

HostMemory::HostMemory(HostMemory&& other) noexcept
    : bytes_(std::exchange(other.bytes_, {})), mapped_(other.mapped_)
{
}

HostMemory& HostMemory::operator=(HostMemory&& other) noexcept
{
    std::swap(bytes_, other.bytes_);
    std::swap(mapped_, other.mapped_);
    return *this;
}

HostMemory::~HostMemory()
{
    if (!bytes_.empty())
        munmap(bytes_.data(), mapped_);
}

} // namespace pagelab
