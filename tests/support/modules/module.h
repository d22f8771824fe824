// The least a module needs, without the kernel's headers: so that the loader's tests depend on the
// format only. Layouts as guestkernel/kernel/module/{module,params}.hpp have them.
#pragma once

struct list_head {
    struct list_head *next, *prev;
};

struct module {
    int state;
    struct list_head list;
    char name[64 - sizeof(long)];
    int (*init)(void);
    void (*exit)(void);
    unsigned long of_the_loader[59 - (64 - sizeof(long)) / sizeof(long)];
};
extern struct module __this_module;

struct kernel_param_ops;
struct kernel_param {
    char const* name;
    struct module* mod;
    struct kernel_param_ops const* ops;
    unsigned short perm;
    signed char level;
    unsigned char flags;
    void const* arg;
};
struct kparam_string {
    unsigned maxlen;
    char* string;
};
struct kparam_array {
    unsigned max, elemsize;
    unsigned* num;
    struct kernel_param_ops const* ops;
    void* elem;
};
extern struct kernel_param_ops const param_ops_byte, param_ops_short, param_ops_ushort,
    param_ops_int, param_ops_uint, param_ops_long, param_ops_ulong, param_ops_ullong,
    param_ops_charp, param_ops_bool, param_ops_invbool, param_ops_string, param_array_ops;

struct kernel_symbol {
    unsigned long value;
    char const* name;
};

int _printk(char const* format, ...);
#define pr_info(...) _printk("\0016" __VA_ARGS__)

#ifdef __x86_64__
#define VERMAGIC "0.1 SMP preempt mod_unload "
#else
#define VERMAGIC "0.1 SMP preempt mod_unload 686 "
#endif

#define PASTE_(a, b) a##b
#define PASTE(a, b) PASTE_(a, b)
#define MODINFO(text)                                                                              \
    static char const PASTE(modinfo_, __COUNTER__)[]                                               \
        __attribute__((used, section(".modinfo"), aligned(1))) = text
#define PARAM_OF(n, type, operations, mode, argument)                                              \
    static struct kernel_param const param_##n                                                     \
        __attribute__((used, section("__param"), aligned(sizeof(void*)))) = {                      \
            #n, &__this_module, &operations, mode, -1, 0, argument};                               \
    MODINFO("parmtype=" #n ":" type)
#define PARAM(n, type, mode) PARAM_OF(n, #type, param_ops_##type, mode, &n)

#define EXPORT_IN(table, symbol)                                                                   \
    static struct kernel_symbol const export_##symbol __attribute__((used, section(table))) = {    \
        (unsigned long)&symbol, #symbol}

// A name, the vermagic, and the license, of a module whose first and last functions are these.
#define MODULE(n, first, last, license)                                                            \
    struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = {          \
        .name = n, .init = first, .exit = last};                                                   \
    MODINFO("name=" n);                                                                            \
    MODINFO("vermagic=" VERMAGIC);                                                                 \
    MODINFO("license=" license)

#define __init __attribute__((section(".init.text"), cold))
#define __initdata __attribute__((section(".init.data")))
#define __percpu_data __attribute__((section(".data..percpu")))
#define __ro_after_init __attribute__((section(".data..ro_after_init")))
