// From a file's bytes to a module whose init has run: the order of steps.
//
// Source: Linux 6.1 kernel/module/main.c (load_module, do_init_module), init/main.c
// (do_one_initcall).
#include "guestkernel/kernel/module/load_module.hpp"

#include "guestkernel/kernel/bug.hpp"
#include "guestkernel/kernel/module/build_module.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_symbols.hpp"
#include "guestkernel/kernel/module/params.hpp"
#include "guestkernel/kernel/module/references.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/kernel/set_memory.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/irqflags.hpp"
#include "guestkernel/lib/preempt.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

void protect(module_layout const& layout)
{
    set_memory_rights(layout.base, layout.text_size, page_rights::read_execute);
    set_memory_rights(layout.base + layout.text_size, layout.ro_size - layout.text_size,
                      page_rights::read_only);
}

// Nobody else exports what this module does.
int verify_exported_symbols(module const& m)
{
    for (unsigned i = 0; i < m.num_syms + m.num_gpl_syms; i++) {
        kernel_symbol const& symbol = i < m.num_syms ? m.syms[i] : m.gpl_syms[i - m.num_syms];
        exported_symbol const other = find_symbol(symbol.name, symbol_license::gpl);
        if (other.symbol == nullptr)
            continue;
        printk(log_level::err, "%s: exports duplicate symbol %s (owned by %s)\n", m.name,
               symbol.name, other.owner != nullptr ? other.owner->name : "kernel");
        return -ENOEXEC;
    }
    return 0;
}

int copy_args(module& m, char const* args)
{
    size_t const size = strlen(args) + 1;
    m.args = static_cast<char*>(kvmalloc(size, mm::GFP_KERNEL));
    if (m.args == nullptr)
        return -ENOMEM;
    memcpy(m.args, args, size);
    return 0;
}

// From here on others see the module, and its text can run.
int complete_formation(module& m)
{
    if (int const error = verify_exported_symbols(m); error != 0)
        return error;
    protect(m.core_layout);
    protect(m.init_layout);
    m.state = MODULE_STATE_COMING;
    return 0;
}

int form_module(module& m, load_info<native_elf>& info, char const* args)
{
    if (int const error = add_unformed_module(m); error != 0)
        return error;
    if (int const error = percpu_modalloc(m, info); error != 0)
        return error;
    if (int const error = resolve_symbols(m, info); error != 0)
        return error;
    if (int const error = apply_relocations(info); error != 0)
        return error;
    if (int const error = find_module_sections(m, info); error != 0)
        return error;
    if (int const error = add_kallsyms(m, info); error != 0)
        return error;
    if (int const error = list_sections(m, info); error != 0)
        return error;
    percpu_modcopy(m, info);
    if (int const error = copy_args(m, args); error != 0)
        return error;
    return complete_formation(m);
}

[[gnu::noinline]] int do_one_initcall(int (*function)())
{
    unsigned const count = lib::preempt_count();
    int const result = function();
    bool const is_imbalanced = lib::preempt_count() != count;
    bool const disabled_interrupts = lib::irqs_disabled();
    if (is_imbalanced)
        lib::preempt_count_add(count - lib::preempt_count());
    if (disabled_interrupts)
        lib::local_irq_enable();
    if (is_imbalanced || disabled_interrupts)
        WARN("initcall %pS returned with %s%s\n", reinterpret_cast<void*>(function),
             is_imbalanced ? "preemption imbalance " : "",
             disabled_interrupts ? "disabled interrupts " : "");
    return result;
}

void free_init(module& m)
{
    module_layout const init = m.init_layout;
    drop_init_kallsyms(m);
    m.init_layout = {};
    synchronize_rcu();
    vfree(init.base);
}

[[gnu::noinline]] int do_init_module(module& m)
{
    int const result = m.init != nullptr ? do_one_initcall(m.init) : 0;
    if (result < 0)
        return result;
    if (result > 0) {
        printk(log_level::warning,
               "%s: '%s'->init suspiciously returned %d, it should follow 0/-E convention\n",
               "do_init_module", m.name, result);
        printk(log_level::warning, "%s: loading module anyway...\n", "do_init_module");
    }
    m.state = MODULE_STATE_LIVE;
    module_put(&m);
    set_memory_rights(m.core_layout.base + m.core_layout.ro_size,
                      m.core_layout.ro_after_init_size - m.core_layout.ro_size,
                      page_rights::read_only);
    free_init(m);
    return 0;
}

} // namespace

int load_module(char* file, size_t size, char const* args)
{
    load_info<native_elf> info;
    if (int const error = read_module_file(info, file, size); error != 0)
        return error;
    unsigned long taints = 0;
    if (int const error = check_modinfo(info, &taints); error != 0)
        return error;
    module* m = nullptr;
    if (int const error = layout_and_allocate(info, &m); error != 0)
        return error;
    m->taints = taints;
    mutex_lock(module_mutex);
    int error = form_module(*m, info, args);
    mutex_unlock(module_mutex);
    if (error == 0)
        error = parse_args({m->name, m->kp, m->num_kp}, m->args);
    if (error == 0)
        error = do_init_module(*m);
    if (error != 0)
        free_module(*m);
    return error;
}

} // namespace pagelab::kernel
