// linux/module.h: references to modules.
#include "guestkernel/kernel/module/module.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/module/references.hpp"

using pagelab::kernel::module;

extern "C" {
bool try_module_get(module* m);
void __module_get(module* m);
void module_put(module* m);
int module_refcount(module* m);
}

bool try_module_get(module* m)
{
    return pagelab::kernel::try_module_get(m);
}

// The caller knows that the module is not going.
void __module_get(module* m)
{
    pagelab::kernel::try_module_get(m);
}

void module_put(module* m)
{
    pagelab::kernel::module_put(m);
}

int module_refcount(module* m)
{
    return pagelab::kernel::module_refcount(*m);
}

EXPORT_SYMBOL(__module_get);
EXPORT_SYMBOL(module_put);
EXPORT_SYMBOL(module_refcount);
EXPORT_SYMBOL(try_module_get);
