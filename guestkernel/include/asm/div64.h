// See linux/math64.h.
#pragma once

#include <linux/math64.h>
