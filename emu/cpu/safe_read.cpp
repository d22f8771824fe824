// One request per page: process_vm_readv(2) stops at the first that it cannot read whole.
#include "emu/cpu/safe_read.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <sys/uio.h>
#include <unistd.h>

#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

size_t read_safely(void const* from, std::span<std::byte> to)
{
    constexpr size_t kPages = 16;
    std::array<iovec, kPages + 1> pages; // the first and last in part
    auto const address = reinterpret_cast<uintptr_t>(from);
    size_t const wanted = std::min(to.size(), kPages * kPageSize);
    size_t count = 0, size = 0;
    while (size < wanted) {
        uintptr_t const at = address + size;
        size_t const bytes = std::min(kPageSize - at % kPageSize, wanted - size);
        pages[count++] = {reinterpret_cast<void*>(at), bytes};
        size += bytes;
    }
    iovec const target = {to.data(), wanted};
    ssize_t const done = process_vm_readv(getpid(), &target, 1, pages.data(), count, 0);
    return done < 0 ? 0 : static_cast<size_t>(done);
}

} // namespace pagelab::cpu
