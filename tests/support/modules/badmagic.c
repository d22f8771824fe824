// Made for another kernel.
#include "module.h"

struct module __this_module __attribute__((section(".gnu.linkonce.this_module"))) = {
    .name = "badmagic"};
MODINFO("name=badmagic");
MODINFO("vermagic=6.1.0-9-amd64 SMP preempt mod_unload modversions ");
MODINFO("license=GPL");
