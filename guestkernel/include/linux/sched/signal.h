// See linux/sched.h.
#pragma once

#include <linux/sched.h>
