// Types from the image, bytes from RAM, translation by the walker under the CPU's registers.
#include "emu/cli/host_view.hpp"

#include "emu/cpu/linear_access.hpp"
#include "emu/guest/kernel_view.hpp"

namespace pagelab::cli {

Result<guest::BuddyReport> read_buddy(machine::Machine& machine,
                                      std::filesystem::path const& kernel_file)
{
    auto const types = guest::TypeTable::load(kernel_file);
    if (!types)
        return std::unexpected(types.error());
    guest::PagedMemory const memory(machine.memory(),
                                    cpu::paging_context(machine.engine().state()));
    return guest::read_buddy(guest::KernelView(*types, memory));
}

} // namespace pagelab::cli
