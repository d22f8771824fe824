// What others may use, some only under the GPL.
#include "module.h"

int exported_counter = 7;
int exported_add(int a, int b);
int exported_gpl(int a);

int exported_add(int a, int b)
{
    return a + b;
}

int exported_gpl(int a)
{
    return -a;
}

EXPORT_IN("__ksymtab", exported_counter);
EXPORT_IN("__ksymtab", exported_add);
EXPORT_IN("__ksymtab_gpl", exported_gpl);

static int exporter_init(void)
{
    return 0;
}

static void exporter_exit(void) {}

MODULE("exporter", exporter_init, exporter_exit, "GPL");
