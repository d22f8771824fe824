// See math.h.
#pragma once

#include <linux/math.h>
