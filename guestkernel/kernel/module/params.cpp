// "name=value other=\"two words\"": cut, looked up, set.
#include "guestkernel/kernel/module/params.hpp"

#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/ctype.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

// Cuts off the first parameter; what follows it. Linux' next_arg (lib/cmdline.c).
char* next_arg(char* args, char** param, char** value)
{
    bool in_quote = *args == '"';
    bool const quoted = in_quote;
    if (quoted)
        args++;
    size_t equals = 0;
    size_t i = 0;
    for (; args[i] != '\0' && (in_quote || !lib::is_space(args[i])); i++) {
        if (equals == 0 && args[i] == '=')
            equals = i;
        if (args[i] == '"')
            in_quote = !in_quote;
    }
    *param = args;
    *value = nullptr;
    bool const more = args[i] != '\0';
    if (quoted && i > 0 && args[i - 1] == '"')
        args[i - 1] = '\0';
    args[i] = '\0';
    if (equals != 0) {
        args[equals] = '\0';
        *value = args + equals + 1;
        if (**value == '"') {
            ++*value;
            if (i > 0 && args[i - 1] == '"')
                args[i - 1] = '\0';
        }
    }
    return more ? args + i + 1 : args + i;
}

kernel_param const* find_param(param_set const& set, char const* name)
{
    for (unsigned i = 0; i < set.count; i++) {
        if (parameq(name, set.params[i].name))
            return &set.params[i];
    }
    return nullptr;
}

int set_param(param_set const& set, char const* name, char const* value)
{
    kernel_param const* const param = find_param(set, name);
    if (param == nullptr) {
        printk(log_level::warning, "%s: unknown parameter '%s' ignored\n", set.doing, name);
        return 0;
    }
    if (value == nullptr && (param->ops->flags & KERNEL_PARAM_OPS_FL_NOARG) == 0)
        return -EINVAL;
    return param->ops->set(value, param);
}

} // namespace

bool parameq(char const* left, char const* right)
{
    auto const fold = [](char c) { return c == '-' ? '_' : c; };
    while (fold(*left) == fold(*right)) {
        if (*left == '\0')
            return true;
        left++;
        right++;
    }
    return false;
}

int parse_args(param_set const& set, char* args)
{
    args = lib::skip_spaces(args);
    while (*args != '\0') {
        char* param = nullptr;
        char* value = nullptr;
        args = lib::skip_spaces(next_arg(args, &param, &value));
        if (value == nullptr && strcmp(param, "--") == 0) {
            printk(log_level::warning, "%s: parameters '%s' after `--' ignored\n", set.doing, args);
            return 0;
        }
        int const error = set_param(set, param, value);
        if (error == 0)
            continue;
        printk(log_level::err,
               error == -ENOSPC ? "%s: `%s' too large for parameter `%s'\n"
                                : "%s: `%s' invalid for parameter `%s'\n",
               set.doing, value != nullptr ? value : "", param);
        return error;
    }
    return 0;
}

void destroy_params(kernel_param const* params, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        if (params[i].ops->free != nullptr)
            params[i].ops->free(params[i].arg);
    }
}

} // namespace pagelab::kernel
