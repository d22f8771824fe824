// Removing a module, and giving back what a failed load has taken.
#include "guestkernel/kernel/module/load_module.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_report.hpp"
#include "guestkernel/kernel/module/params.hpp"
#include "guestkernel/kernel/module/references.hpp"
#include "guestkernel/kernel/percpu.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/errno.hpp"

namespace pagelab::kernel {

void free_module(module& m)
{
    mutex_lock(module_mutex);
    m.state = MODULE_STATE_UNFORMED;
    list_del_rcu(m.list);
    module_unload_free(m);
    mutex_unlock(module_mutex);
    synchronize_rcu();
    destroy_params(m.kp, m.num_kp);
    kvfree(m.args);
    kvfree(m.kallsyms.symbols);
    kvfree(m.sections);
    free_percpu(m.percpu);
    module_layout const core = m.core_layout; // the module lies in it
    vfree(m.init_layout.base);
    vfree(core.base);
}

namespace {

// Under module_mutex: nobody uses the module from here on, or why it must stay.
int stop_module(module* m)
{
    if (m == nullptr)
        return -ENOENT;
    if (!list_empty(m->source_list))
        return -EAGAIN;
    if (m->state != MODULE_STATE_LIVE || (m->init != nullptr && m->exit == nullptr))
        return -EBUSY;
    if (!try_release_module_ref(*m))
        return -EAGAIN;
    m->state = MODULE_STATE_GOING;
    return 0;
}

} // namespace

int delete_module(char const* name)
{
    mutex_lock(module_mutex);
    module* const m = find_module(name);
    int const error = stop_module(m);
    mutex_unlock(module_mutex);
    if (error != 0)
        return error;
    if (m->exit != nullptr)
        m->exit();
    remember_unloaded(*m);
    free_module(*m);
    return 0;
}

} // namespace pagelab::kernel
