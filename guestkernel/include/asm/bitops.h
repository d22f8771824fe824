// See linux/bitops.h.
#pragma once

#include <linux/bitops.h>
