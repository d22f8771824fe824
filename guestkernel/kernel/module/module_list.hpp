// The modules that are loaded, and which one an address or a name belongs to.
#pragma once

#include "guestkernel/kernel/module/module.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"

namespace pagelab::kernel {

// Held while the list, or who uses whom, changes; not while a module's own code runs. Those who
// only name addresses in a report are RCU's readers.
extern mutex module_mutex;

extern lib::list_head modules; // the newest first; those that are not yet formed, too

module* first_module(); // null: none
module* next_module(module const& m);

module* find_module(char const* name); // '-' in it is '_'

// Whose memory this is; null: nobody's. Modules that are not yet formed have none. For RCU's
// readers.
module* module_at(uintptr_t address);
bool is_module_text(uintptr_t address);

inline bool is_within(module_layout const& layout, uintptr_t address, unsigned size)
{
    return address - reinterpret_cast<uintptr_t>(layout.base) < size;
}

// A symbol that a module may use, and the module that exports it; owner null: the kernel.
struct exported_symbol {
    kernel_symbol const* symbol; // null: there is none
    module* owner;
};
enum class symbol_license { any, gpl }; // of the one who asks

exported_symbol find_symbol(char const* name, symbol_license license);

} // namespace pagelab::kernel
