// Target: what is inspected: the physical memory of a machine that stands still, its processors'
// registers, and the type information of the kernel it runs.
//
// A live machine can be run and changed; what comes from a file can only be read. After the machine
// has run, or its memory or registers were changed, moved() forgets what was derived from them.
// Anything cached by a command belongs to one generation().
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "emu/cpu/linear_access.hpp"
#include "emu/guest/code_map.hpp"
#include "emu/guest/dwarf_c_type.hpp"
#include "emu/guest/kernel_view.hpp"
#include "emu/machine/machine.hpp"

namespace pagelab::shell {

class Target {
  public:
    using Memory = guest::PagedMemory<mem::PhysicalMemory>;

    // kernel_file: the image the guest runs; its types are read at first use. Both outlive this.
    Target(machine::Machine& machine, std::filesystem::path kernel_file);
    // states: of the processors, at least one.
    Target(mem::PhysicalMemory& memory, std::vector<cpu::CpuState> states,
           std::filesystem::path kernel_file);
    Target(Target const&) = delete;
    Target& operator=(Target const&) = delete;

    mem::PhysicalMemory& memory() { return memory_; }
    machine::Machine* machine() { return machine_; } // null: read only
    std::filesystem::path const& kernel_file() const { return kernel_file_; }

    unsigned cpus() const;
    unsigned selected_cpu() const { return cpu_; }
    Result<> select_cpu(unsigned cpu);
    cpu::CpuState state() const;               // of the selected processor
    std::vector<cpu::CpuState> states() const; // of all
    mmu::Context context() const { return cpu::paging_context(state()); }

    // Bytes at virtual addresses, by the selected processor's tables.
    Memory const& virtual_memory();
    Result<guest::TypeTable const*> types();
    Result<guest::KernelView const*> kernel();
    // The kernel's types, functions and lines, as its image has them.
    Result<guest::CTypes const*> c_types();
    Result<guest::CodeMap const*> code();

    uint64_t generation() const { return generation_; }
    void moved();

  private:
    mem::PhysicalMemory& memory_;
    machine::Machine* machine_ = nullptr;
    std::vector<cpu::CpuState> states_;
    std::filesystem::path kernel_file_;
    std::optional<guest::TypeTable> types_;
    std::optional<guest::CTypes> c_types_;
    std::optional<guest::CodeMap> code_;
    std::optional<Memory> virtual_;
    std::optional<guest::KernelView> kernel_;
    unsigned cpu_ = 0;
    uint64_t generation_ = 1;
};

} // namespace pagelab::shell
