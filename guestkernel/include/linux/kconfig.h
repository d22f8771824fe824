// IS_ENABLED and its family: whether an option of the kernel's configuration is 1.
//
// The option's macro is pasted behind a word; only "1" makes that word an extra argument.
// Source: Linux 6.1 include/linux/kconfig.h.
#pragma once

#include <generated/autoconf.h>

#define __ARG_PLACEHOLDER_1 0,
#define __take_second_arg(ignored, value, ...) value
#define __is_defined(x) ___is_defined(x)
#define ___is_defined(value) ____is_defined(__ARG_PLACEHOLDER_##value)
#define ____is_defined(junk_or_comma) __take_second_arg(junk_or_comma 1, 0, 0)

#define IS_BUILTIN(option) __is_defined(option)
#define IS_MODULE(option) __is_defined(option##_MODULE)
#define IS_REACHABLE(option) IS_ENABLED(option)
#define IS_ENABLED(option) (IS_BUILTIN(option) || IS_MODULE(option))
