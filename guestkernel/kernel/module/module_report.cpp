// Lists of modules.
#include "guestkernel/kernel/module/module_report.hpp"

#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/references.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kLineSize = 1000; // as much as one line of the log holds

constexpr mm::taint_flag kModuleTaints[] = {mm::TAINT_PROPRIETARY_MODULE, mm::TAINT_OOT_MODULE};

char last_unloaded[kModuleNameLength + kModuleFlagsSize];

char const* state_name(module_state state)
{
    return state == MODULE_STATE_GOING    ? "Unloading"
           : state == MODULE_STATE_COMING ? "Loading"
                                          : "Live";
}

void show_users(lib::seq_file& m, module const& mod)
{
    bool printed = false;
    auto const& users = mod.source_list;
    for (lib::list_head* at = users.next; at != &users; at = at->next) {
        lib::seq_printf(m, "%s,", CONTAINER_OF(at, module_use, source_list)->source->name);
        printed = true;
    }
    if (mod.init != nullptr && mod.exit == nullptr) {
        lib::seq_puts(m, "[permanent],");
        printed = true;
    }
    if (!printed)
        lib::seq_puts(m, "-");
}

} // namespace

char const* module_flags(module const& m, flags_style style, char* buffer)
{
    bool const coming = style == flags_style::taints_and_state && m.state == MODULE_STATE_COMING;
    bool const going = style == flags_style::taints_and_state && m.state == MODULE_STATE_GOING;
    size_t length = 0;
    if (m.taints != 0 || coming || going) {
        buffer[length++] = '(';
        for (mm::taint_flag const flag : kModuleTaints) {
            if ((m.taints >> flag & 1) != 0)
                buffer[length++] = taint_letter(flag);
        }
        if (going)
            buffer[length++] = '-';
        if (coming)
            buffer[length++] = '+';
        buffer[length++] = ')';
    }
    buffer[length] = '\0';
    return buffer;
}

void show_modules(lib::seq_file& m)
{
    char flags[kModuleFlagsSize];
    mutex_lock(module_mutex);
    for (module const* mod = first_module(); mod != nullptr; mod = next_module(*mod)) {
        if (mod->state == MODULE_STATE_UNFORMED)
            continue;
        lib::seq_printf(m, "%s %u %i ", mod->name, mod->init_layout.size + mod->core_layout.size,
                        module_refcount(*mod));
        show_users(m, *mod);
        lib::seq_printf(m, " %s 0x%p", state_name(mod->state),
                        static_cast<void*>(mod->core_layout.base));
        if (module_flags(*mod, flags_style::taints_and_state, flags)[0] != '\0')
            lib::seq_printf(m, " %s", flags);
        lib::seq_puts(m, "\n");
    }
    mutex_unlock(module_mutex);
}

void print_modules()
{
    char line[kLineSize];
    char flags[kModuleFlagsSize];
    size_t length = 0;
    line[0] = '\0';
    rcu_read_lock();
    for (module const* m = first_module(); m != nullptr; m = next_module(*m)) {
        if (m->state == MODULE_STATE_UNFORMED)
            continue;
        auto const more = static_cast<size_t>(
            lib::snprintf(line + length, sizeof(line) - length, " %s%s", m->name,
                          module_flags(*m, flags_style::taints_and_state, flags)));
        length = lib::min(length + more, sizeof(line) - 1);
    }
    rcu_read_unlock();
    bool const any_gone = last_unloaded[0] != '\0';
    printk(log_level::warning,
           any_gone ? "Modules linked in:%s [last unloaded: %s]\n" : "Modules linked in:%s\n", line,
           last_unloaded);
}

void remember_unloaded(module const& m)
{
    char flags[kModuleFlagsSize];
    lib::snprintf(last_unloaded, sizeof(last_unloaded), "%s%s", m.name,
                  module_flags(m, flags_style::taints, flags));
}

} // namespace pagelab::kernel
