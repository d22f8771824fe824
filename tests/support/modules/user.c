// Uses exporter, which it keeps from going.
#include "module.h"

extern int exported_counter;
int exported_add(int a, int b);
int exported_gpl(int a);
extern int nowhere __attribute__((weak));

static int user_init(void)
{
    pr_info("user: %d %d %d\n", exported_add(2, 3), exported_gpl(4), exported_counter);
    return 0;
}

static void user_exit(void) {}

int* weak_address = &nowhere;

MODULE("user", user_init, user_exit, "GPL");
