// One line of /proc/modules.
#include "guestkernel/kernel/modules.hpp"

namespace pagelab::kernel {

void show_module(lib::seq_file& m, module_line const& line)
{
    lib::seq_printf(m, "%s %u %i %s %s 0x%p", line.name, line.size, line.references,
                    line.users[0] != '\0' ? line.users : "-", line.state, line.address);
    lib::seq_printf(m, line.taints[0] != '\0' ? " (%s)\n" : "\n", line.taints);
}

void show_modules(lib::seq_file&) {}

} // namespace pagelab::kernel
