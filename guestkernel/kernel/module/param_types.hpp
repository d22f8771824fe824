// The types a parameter can have: their ops, under the names that module_param() makes.
//
// Source: Linux 6.1 kernel/params.c.
#pragma once

#include "guestkernel/kernel/module/params.hpp"

#define DECLARE_PARAM_TYPE(name)                                                                   \
    pagelab::kernel::kernel_param_ops const param_ops_##name;                                      \
    int param_set_##name(char const* text, pagelab::kernel::kernel_param const* kp);               \
    int param_get_##name(char* buffer, pagelab::kernel::kernel_param const* kp)

extern "C" {
extern DECLARE_PARAM_TYPE(byte);
extern DECLARE_PARAM_TYPE(short);
extern DECLARE_PARAM_TYPE(ushort);
extern DECLARE_PARAM_TYPE(int);
extern DECLARE_PARAM_TYPE(uint);
extern DECLARE_PARAM_TYPE(long);
extern DECLARE_PARAM_TYPE(ulong);
extern DECLARE_PARAM_TYPE(ullong);
extern DECLARE_PARAM_TYPE(charp);
extern DECLARE_PARAM_TYPE(bool);
extern DECLARE_PARAM_TYPE(invbool);
extern pagelab::kernel::kernel_param_ops const param_ops_string; // of a fixed size: kparam_string
extern pagelab::kernel::kernel_param_ops const param_array_ops;  // values between commas
int param_set_copystring(char const* text, pagelab::kernel::kernel_param const* kp);
int param_get_string(char* buffer, pagelab::kernel::kernel_param const* kp);
void param_free_charp(void* arg);
}
