// Parameters of modules: what a .ko says of them, and setting them from "name=value name=value".
//
// Each is an element of the module's section __param. Its ops know the type: `set` parses a value
// into `arg` (null text: the parameter was given without '='), `get` prints it with a newline into
// kParamTextSize bytes and returns the length; both return a negative errno if they cannot.
//
// Source: Linux 6.1 include/linux/moduleparam.h, kernel/params.c.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace pagelab::kernel {

struct module;
struct kernel_param;

inline constexpr size_t kParamValueSize = 4096;               // one value with its newline
inline constexpr size_t kParamTextSize = 2 * kParamValueSize; // an array's

inline constexpr unsigned KERNEL_PARAM_OPS_FL_NOARG = 1; // may be given without '='
inline constexpr uint8_t KERNEL_PARAM_FL_UNSAFE = 1;     // taints when set

struct kernel_param_ops {
    unsigned flags;
    int (*set)(char const* text, kernel_param const* kp);
    int (*get)(char* buffer, kernel_param const* kp);
    void (*free)(void* arg); // null: nothing to free
};

struct kparam_string {
    unsigned maxlen; // bytes with the NUL
    char* string;
};

struct kparam_array {
    unsigned max;
    unsigned elemsize;
    unsigned* num; // how many were given; may be null
    kernel_param_ops const* ops;
    void* elem;
};

struct kernel_param {
    char const* name;
    module* mod;
    kernel_param_ops const* ops;
    uint16_t perm; // of the file in /sys/module/NAME/parameters; 0: there is none
    int8_t level;
    uint8_t flags;
    union {
        void* arg;
        kparam_string const* str;
        kparam_array const* arr;
    };
};
static_assert(sizeof(kernel_param) == (sizeof(void*) == 8 ? 40 : 20));

// What a text of parameters is for: whose they are, for the log.
struct param_set {
    char const* doing;
    kernel_param const* params;
    unsigned count;
};

// Sets what `args` names, which is cut into pieces on the way. A value may be in double quotes.
// Unknown names are a line in the log; a value that does not fit ends it: a line, and its errno.
int parse_args(param_set const& set, char* args);

// Whether names are the same, '-' being '_'.
bool parameq(char const* left, char const* right);

// Gives back what the set functions have allocated.
void destroy_params(kernel_param const* params, unsigned count);

} // namespace pagelab::kernel
