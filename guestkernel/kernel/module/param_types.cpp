// One value of each type: parsed and printed.
#include "guestkernel/kernel/module/param_types.hpp"

#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/kstrtox.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/lib/string.hpp"

using namespace pagelab;
using kernel::kernel_param;

namespace {

constexpr size_t kMaxCharp = 1024;

// Set by param_set_charp, so that it may be freed: a parameter's own default may not.
struct kmalloced_param {
    lib::list_head list;
    char text[1];
};
lib::list_head kmalloced_params = {&kmalloced_params, &kmalloced_params};

void free_kmalloced(char const* text)
{
    for (lib::list_head* at = kmalloced_params.next; at != &kmalloced_params; at = at->next) {
        auto* const param = CONTAINER_OF(at, kmalloced_param, list);
        if (param->text == text) {
            lib::list_del(param->list);
            kernel::kfree(param);
            return;
        }
    }
}

// Cut to one value's size; its length then.
[[gnu::format(printf, 2, 3)]] int print(char* buffer, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int const length = lib::vsnprintf(buffer, kernel::kParamValueSize, format, arguments);
    va_end(arguments);
    return lib::min(length, static_cast<int>(kernel::kParamValueSize) - 1);
}

} // namespace

#define STANDARD_PARAM(name, type, format)                                                         \
    int param_set_##name(char const* text, kernel_param const* kp)                                 \
    {                                                                                              \
        return lib::kstrto(text, 0, static_cast<type*>(kp->arg));                                  \
    }                                                                                              \
    int param_get_##name(char* buffer, kernel_param const* kp)                                     \
    {                                                                                              \
        return print(buffer, format "\n", *static_cast<type*>(kp->arg));                           \
    }                                                                                              \
    kernel::kernel_param_ops const param_ops_##name = {0, param_set_##name, param_get_##name,      \
                                                       nullptr}

STANDARD_PARAM(byte, unsigned char, "%hhu");
STANDARD_PARAM(short, short, "%hi");
STANDARD_PARAM(ushort, unsigned short, "%hu");
STANDARD_PARAM(int, int, "%i");
STANDARD_PARAM(uint, unsigned, "%u");
STANDARD_PARAM(long, long, "%li");
STANDARD_PARAM(ulong, unsigned long, "%lu");
STANDARD_PARAM(ullong, unsigned long long, "%llu");

int param_set_charp(char const* text, kernel_param const* kp)
{
    size_t const length = strlen(text);
    if (length > kMaxCharp) {
        kernel::printk(kernel::log_level::err, "%s: string parameter too long\n", kp->name);
        return -ENOSPC;
    }
    auto* const copy = static_cast<kmalloced_param*>(
        kernel::kmalloc(sizeof(kmalloced_param) + length, mm::GFP_KERNEL));
    if (copy == nullptr)
        return -ENOMEM;
    memcpy(copy->text, text, length + 1);
    lib::list_add(copy->list, kmalloced_params);
    free_kmalloced(*static_cast<char**>(kp->arg));
    *static_cast<char**>(kp->arg) = copy->text;
    return 0;
}

int param_get_charp(char* buffer, kernel_param const* kp)
{
    return print(buffer, "%s\n", *static_cast<char**>(kp->arg));
}

void param_free_charp(void* arg)
{
    free_kmalloced(*static_cast<char**>(arg));
}

kernel::kernel_param_ops const param_ops_charp = {0, param_set_charp, param_get_charp,
                                                  param_free_charp};

int param_set_bool(char const* text, kernel_param const* kp)
{
    return lib::kstrtobool(text != nullptr ? text : "1", static_cast<bool*>(kp->arg));
}

int param_get_bool(char* buffer, kernel_param const* kp)
{
    return print(buffer, "%c\n", *static_cast<bool*>(kp->arg) ? 'Y' : 'N');
}

kernel::kernel_param_ops const param_ops_bool = {kernel::KERNEL_PARAM_OPS_FL_NOARG, param_set_bool,
                                                 param_get_bool, nullptr};

int param_set_invbool(char const* text, kernel_param const* kp)
{
    bool value = false;
    int const error = lib::kstrtobool(text, &value);
    if (error == 0)
        *static_cast<bool*>(kp->arg) = !value;
    return error;
}

int param_get_invbool(char* buffer, kernel_param const* kp)
{
    return print(buffer, "%c\n", *static_cast<bool*>(kp->arg) ? 'N' : 'Y');
}

kernel::kernel_param_ops const param_ops_invbool = {0, param_set_invbool, param_get_invbool,
                                                    nullptr};

int param_set_copystring(char const* text, kernel_param const* kp)
{
    kernel::kparam_string const& string = *kp->str;
    if (strlen(text) + 1 > string.maxlen) {
        kernel::printk(kernel::log_level::err, "%s: string doesn't fit in %u chars.\n", kp->name,
                       string.maxlen - 1);
        return -ENOSPC;
    }
    memcpy(string.string, text, strlen(text) + 1);
    return 0;
}

int param_get_string(char* buffer, kernel_param const* kp)
{
    return print(buffer, "%s\n", kp->str->string);
}

kernel::kernel_param_ops const param_ops_string = {0, param_set_copystring, param_get_string,
                                                   nullptr};
