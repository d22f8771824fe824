// Its init fails as it is told to, and it has not even a license.
#include "module.h"

static int error = -19;
PARAM_OF(error, "int", param_ops_int, 0, &error);

static int per_cpu_value __percpu_data = 5;
int* per_cpu_address = &per_cpu_value;

static int initfail_init(void)
{
    return error;
}

struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = {
    .name = "initfail", .init = initfail_init};
MODINFO("name=initfail");
MODINFO("vermagic=" VERMAGIC);
