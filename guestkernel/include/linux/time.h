// See time64.h and jiffies.h.
#pragma once

#include <linux/jiffies.h>
#include <linux/time64.h>
