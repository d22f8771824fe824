// Warns, or follows a null pointer, in its init, as it is told to.
#include "module.h"

static _Bool warn, fault;
PARAM(warn, bool, 0);
PARAM(fault, bool, 0);

static __attribute__((noinline)) void trouble_warn(void)
{
    __asm__ volatile("1: ud2\n"
                     ".pushsection __bug_table, \"aw\"\n"
                     ".long 1b - .\n"
                     ".long %c0 - .\n"
                     ".word 42, 1\n"
                     ".popsection" ::"i"("trouble.c"));
}

static __attribute__((noinline)) int trouble_init(void)
{
    if (warn)
        trouble_warn();
    if (fault)
        *(int volatile*)16 = 1;
    pr_info("trouble: none\n");
    return 0;
}

static void trouble_exit(void) {}

MODULE("trouble", trouble_init, trouble_exit, "GPL");
