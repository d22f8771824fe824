// What a processor needs of the machine around it. The engine calls; nothing here may throw, and
// nothing here may call back into Engine::run.
#pragma once

#include <cstdint>

#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

struct CpuidLeaf {
    uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
    bool operator==(CpuidLeaf const&) const = default;
};

class Platform {
  public:
    virtual ~Platform() = default;
    // bytes: 1, 2 or 4. Unclaimed ports read as all ones.
    virtual uint32_t port_in(uint16_t port, unsigned bytes) = 0;
    virtual void port_out(uint16_t port, unsigned bytes, uint32_t value) = 0;
    // Physical addresses that are neither RAM nor ROM; bytes: 1, 2, 4 or 8.
    virtual uint64_t mmio_read(PhysAddr address, unsigned bytes) = 0;
    virtual void mmio_write(PhysAddr address, unsigned bytes, uint64_t value) = 0;
    virtual uint64_t time_stamp() = 0; // RDTSC
};

} // namespace pagelab::cpu
