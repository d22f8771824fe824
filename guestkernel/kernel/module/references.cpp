// Counting the users of modules.
#include "guestkernel/kernel/module/references.hpp"

#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"

namespace pagelab::kernel {

namespace {

bool already_uses(module& user, module const& used)
{
    for (lib::list_head* at = user.target_list.next; at != &user.target_list; at = at->next) {
        if (CONTAINER_OF(at, module_use, target_list)->target == &used)
            return true;
    }
    return false;
}

// From `from` to `to`, which others may change; false: they did.
bool exchange(int& count, int from, int to)
{
    return __atomic_compare_exchange_n(&count, &from, to, false, __ATOMIC_ACQ_REL,
                                       __ATOMIC_RELAXED);
}

} // namespace

void module_unload_init(module& m)
{
    init_list_head(m.source_list);
    init_list_head(m.target_list);
    m.refcnt = kModuleRefBase + 1; // that of whoever loads it
}

int ref_module(module& user, module& used)
{
    if (already_uses(user, used))
        return 0;
    if (used.state != MODULE_STATE_LIVE || !try_module_get(&used))
        return -EBUSY;
    auto* const use = static_cast<module_use*>(kmalloc(sizeof(module_use), mm::GFP_KERNEL));
    if (use == nullptr) {
        module_put(&used);
        return -ENOMEM;
    }
    use->source = &user;
    use->target = &used;
    lib::list_add(use->source_list, used.source_list);
    lib::list_add(use->target_list, user.target_list);
    return 0;
}

void module_unload_free(module& m)
{
    while (!list_empty(m.target_list)) {
        module_use* const use = CONTAINER_OF(m.target_list.next, module_use, target_list);
        module_put(use->target);
        lib::list_del(use->source_list);
        lib::list_del(use->target_list);
        kfree(use);
    }
}

bool try_module_get(module* m)
{
    if (m == nullptr)
        return true;
    int count = __atomic_load_n(&m->refcnt, __ATOMIC_RELAXED);
    while (m->state != MODULE_STATE_GOING && count > 0) {
        if (exchange(m->refcnt, count, count + 1))
            return true;
        count = __atomic_load_n(&m->refcnt, __ATOMIC_RELAXED);
    }
    return false;
}

void module_put(module* m)
{
    if (m == nullptr)
        return;
    int count = __atomic_load_n(&m->refcnt, __ATOMIC_RELAXED);
    while (count > 0 && !exchange(m->refcnt, count, count - 1))
        count = __atomic_load_n(&m->refcnt, __ATOMIC_RELAXED);
}

int module_refcount(module const& m)
{
    return __atomic_load_n(&m.refcnt, __ATOMIC_RELAXED) - kModuleRefBase;
}

bool try_release_module_ref(module& m)
{
    return exchange(m.refcnt, kModuleRefBase, 0);
}

} // namespace pagelab::kernel
