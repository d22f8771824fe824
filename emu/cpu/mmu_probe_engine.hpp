// MmuProbe's engine: the library's handle, two contexts to patch and read, and the probe's RAM.
#pragma once

#include <cstring>

#include <sys/mman.h>
#include <unicorn/unicorn.h>

#include "emu/cpu/mmu_probe.hpp"
#include "emu/cpu/mmu_probe_state.hpp"
#include "emu/cpu/mmu_probe_stubs.hpp"

namespace pagelab::cpu {

inline constexpr uint64_t kProbePages = probe::kCodePages + probe::kTablePages; // at the end of RAM
inline constexpr unsigned kNoVector = ~0u;

struct MmuProbe::Engine {
    uc_engine* uc = nullptr;
    uc_context* start = nullptr; // what each access starts from; patched in place
    uc_context* end = nullptr;   // what it ended in
    std::byte* ram = nullptr;
    size_t bytes = 0;
    size_t state_offset = 0;      // of CpuState in a context
    size_t error_code_offset = 0; // found by find_error_code
    unsigned vector = kNoVector;

    ~Engine()
    {
        if (start != nullptr)
            uc_context_free(start);
        if (end != nullptr)
            uc_context_free(end);
        if (uc != nullptr)
            uc_close(uc);
        if (ram != nullptr)
            munmap(ram, bytes);
    }

    uint64_t own_page(uint64_t page) const { return bytes - (kProbePages - page) * kPageSize; }
    std::byte* blob(uc_context* context) const { return reinterpret_cast<std::byte*>(context); }
    probe::CpuState load(uc_context* context) const
    {
        probe::CpuState state;
        std::memcpy(&state, blob(context) + state_offset, sizeof state);
        return state;
    }
    uint32_t word(size_t offset) const
    {
        uint32_t value;
        std::memcpy(&value, blob(end) + offset, sizeof value);
        return value;
    }

    static void on_interrupt(uc_engine* uc, uint32_t vector, void* engine)
    {
        static_cast<Engine*>(engine)->vector = vector;
        uc_emu_stop(uc);
    }
    Result<> open(size_t ram_bytes);
    Result<> find_state();
    Result<> find_error_code();
    void set_registers(mmu::Context const& context, unsigned level);
    void run(mmu::Context const& context, VirtAddr address, mmu::Access access, unsigned level);
};

} // namespace pagelab::cpu
