// Wants what is only for modules under the GPL.
#include "module.h"

int exported_gpl(int a);

static int proprietary_init(void)
{
    return exported_gpl(1);
}

static void proprietary_exit(void) {}

MODULE("proprietary", proprietary_init, proprietary_exit, "Proprietary");
