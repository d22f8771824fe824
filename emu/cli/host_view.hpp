// The host's own view of the guest's memory: kernel structures read from raw RAM.
#pragma once

#include <filesystem>

#include "emu/guest/buddy.hpp"
#include "emu/guest/kernel_view.hpp"
#include "emu/machine/machine.hpp"

namespace pagelab::cli {

// What is read is what is there now: look only while the machine stands still, and make a new view
// after it has run. Both must outlive it.
class HostView {
  public:
    HostView(machine::Machine& machine, guest::TypeTable const& types);
    HostView(HostView const&) = delete;
    HostView& operator=(HostView const&) = delete;

    guest::KernelView const& kernel() const { return kernel_; }

  private:
    guest::PagedMemory<mem::PhysicalMemory> memory_;
    guest::KernelView kernel_;
};

// kernel_file: the image the guest runs, for its type information. The machine must be stopped.
Result<guest::BuddyReport> read_buddy(machine::Machine& machine,
                                      std::filesystem::path const& kernel_file);

} // namespace pagelab::cli
