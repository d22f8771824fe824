// What makes a module: its first and last function, what is said of it, and struct module.
//
// A module's file holds a struct module, zero but for name, init and exit; the kernel goes on with
// that copy. What stands behind `exit` is the loader's (guestkernel/kernel/module/module.hpp).
// Source: Linux 6.1 include/linux/module.h.
#pragma once

#include <linux/bug.h>
#include <linux/export.h>
#include <linux/kernel.h>
#include <linux/list.h>
#include <linux/moduleparam.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/stringify.h>
#include <linux/types.h>
#include <linux/workqueue.h>

#define MODULE_NAME_LEN (64 - sizeof(unsigned long))

enum module_state {
    MODULE_STATE_LIVE,
    MODULE_STATE_COMING,
    MODULE_STATE_GOING,
    MODULE_STATE_UNFORMED,
};

struct module {
    enum module_state state;
    struct list_head list;
    char name[MODULE_NAME_LEN];
    int (*init)(void);
    void (*exit)(void);
    unsigned long of_the_loader[59 - MODULE_NAME_LEN / sizeof(unsigned long)];
};

#define MODULE_INFO(tag, info) __MODULE_INFO(tag, info)
#define MODULE_LICENSE(text) __MODULE_INFO(license, text)
#define MODULE_AUTHOR(text) __MODULE_INFO(author, text)
#define MODULE_DESCRIPTION(text) __MODULE_INFO(description, text)
#define MODULE_VERSION(text) __MODULE_INFO(version, text)
#define MODULE_ALIAS(text) __MODULE_INFO(alias, text)
#define MODULE_SOFTDEP(text) __MODULE_INFO(softdep, text)
#define MODULE_FIRMWARE(text) __MODULE_INFO(firmware, text)
#define MODULE_SUPPORTED_DEVICE(name)

// A second name for the function, which keeps its own: call traces say that.
#ifdef __cplusplus
#define __module_alias(alias, function, type, result, section)                                     \
    extern "C" section result alias(void)                                                          \
    {                                                                                              \
        return function();                                                                         \
    }                                                                                              \
    static_assert(true, "")
#else
#define __module_alias(alias, function, type, result, section)                                     \
    static type const __used __section(".discard.addressable") __addressable_##alias = function;   \
    __asm__(".globl " #alias "\n.set " #alias ", " #function)
#endif
#define module_init(function) __module_alias(init_module, function, initcall_t, int, __init)
#define module_exit(function) __module_alias(cleanup_module, function, exitcall_t, void, __exit)

__BEGIN_DECLS
int init_module(void);
void cleanup_module(void);
__END_DECLS

#define module_name(module)                                                                        \
    ({                                                                                             \
        struct module* __named = (module);                                                         \
        __named ? __named->name : "kernel";                                                        \
    })

__BEGIN_DECLS
bool try_module_get(struct module* module);
void __module_get(struct module* module);
void module_put(struct module* module);
int module_refcount(struct module* module);
__END_DECLS
