// linux/moduleparam.h: the types of parameters.
#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/module/param_types.hpp"

#define EXPORT_PARAM_TYPE(name)                                                                    \
    EXPORT_SYMBOL(param_ops_##name);                                                               \
    EXPORT_SYMBOL(param_set_##name);                                                               \
    EXPORT_SYMBOL(param_get_##name)

EXPORT_PARAM_TYPE(bool);
EXPORT_PARAM_TYPE(byte);
EXPORT_PARAM_TYPE(charp);
EXPORT_PARAM_TYPE(int);
EXPORT_PARAM_TYPE(invbool);
EXPORT_PARAM_TYPE(long);
EXPORT_PARAM_TYPE(short);
EXPORT_PARAM_TYPE(uint);
EXPORT_PARAM_TYPE(ullong);
EXPORT_PARAM_TYPE(ulong);
EXPORT_PARAM_TYPE(ushort);
EXPORT_SYMBOL(param_array_ops);
EXPORT_SYMBOL(param_free_charp);
EXPORT_SYMBOL(param_get_string);
EXPORT_SYMBOL(param_ops_string);
EXPORT_SYMBOL(param_set_copystring);
