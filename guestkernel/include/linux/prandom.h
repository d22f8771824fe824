// Source: Linux 6.1 include/linux/prandom.h.
#pragma once

#include <linux/random.h>
