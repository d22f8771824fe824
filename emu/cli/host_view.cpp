// Types from the image, bytes from RAM, translation by the walker under the CPU's registers.
#include "emu/cli/host_view.hpp"

#include "emu/cpu/linear_access.hpp"

namespace pagelab::cli {

HostView::HostView(machine::Machine& machine, guest::TypeTable const& types)
    : memory_(machine.memory(), cpu::paging_context(machine.engine().state())),
      kernel_(types, memory_)
{
}

Result<guest::BuddyReport> read_buddy(machine::Machine& machine,
                                      std::filesystem::path const& kernel_file)
{
    auto const types = guest::TypeTable::load(kernel_file);
    if (!types)
        return std::unexpected(types.error());
    return guest::read_buddy(HostView(machine, *types).kernel());
}

} // namespace pagelab::cli
