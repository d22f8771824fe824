// One of each kind of data; says what it finds in them.
#include "module.h"

static int counter = 41;
static int volatile zeroes[1000];
static char const constant[] = "constant";
static int settled __ro_after_init = 5;
static int volatile early __initdata = 6;

static int __init hello_init(void)
{
    zeroes[999] += ++counter;
    settled++;
    pr_info("hello: %d %d %s %d %d\n", counter, zeroes[999], constant, settled, early);
    return 0;
}

static void hello_exit(void)
{
    pr_info("hello: bye %d %d\n", counter, settled);
}

MODULE("hello", hello_init, hello_exit, "GPL");
