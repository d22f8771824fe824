// Walks along the list of modules.
#include "guestkernel/kernel/module/module_list.hpp"

#include "guestkernel/kernel/module/params.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

lib::list_head modules = {&modules, &modules};
mutex module_mutex = {nullptr, {{}, {&module_mutex.wait.head, &module_mutex.wait.head}}};

namespace {

module* module_of(lib::list_head* link)
{
    return link == &modules ? nullptr : CONTAINER_OF(link, module, list);
}

// A module's own table is small and in the order of its source.
kernel_symbol const* search(kernel_symbol const* table, unsigned count, char const* name)
{
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) == 0)
            return &table[i];
    }
    return nullptr;
}

} // namespace

module* first_module()
{
    return module_of(modules.next);
}

module* next_module(module const& m)
{
    return module_of(m.list.next);
}

module* find_module(char const* name)
{
    for (module* m = first_module(); m != nullptr; m = next_module(*m)) {
        if (parameq(m->name, name))
            return m;
    }
    return nullptr;
}

module* module_at(uintptr_t address)
{
    for (module* m = first_module(); m != nullptr; m = next_module(*m)) {
        if (m->state != MODULE_STATE_UNFORMED &&
            (is_within(m->core_layout, address, m->core_layout.size) ||
             is_within(m->init_layout, address, m->init_layout.size)))
            return m;
    }
    return nullptr;
}

bool is_module_text(uintptr_t address)
{
    rcu_guard const guard;
    module const* const m = module_at(address);
    return m != nullptr && (is_within(m->core_layout, address, m->core_layout.text_size) ||
                            is_within(m->init_layout, address, m->init_layout.text_size));
}

exported_symbol find_symbol(char const* name, symbol_license license)
{
    kernel_symbol const* symbol = find_kernel_symbol(name);
    if (symbol == nullptr && license == symbol_license::gpl)
        symbol = find_kernel_symbol_gpl(name);
    if (symbol != nullptr)
        return {symbol, nullptr};
    for (module* m = first_module(); m != nullptr; m = next_module(*m)) {
        if (m->state == MODULE_STATE_UNFORMED)
            continue;
        symbol = search(m->syms, m->num_syms, name);
        if (symbol == nullptr && license == symbol_license::gpl)
            symbol = search(m->gpl_syms, m->num_gpl_syms, name);
        if (symbol != nullptr)
            return {symbol, m};
    }
    return {nullptr, nullptr};
}

} // namespace pagelab::kernel
