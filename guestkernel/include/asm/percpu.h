// See linux/percpu.h.
#pragma once

#include <linux/percpu-defs.h>
