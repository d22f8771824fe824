// See ktime.h.
#pragma once

#include <linux/ktime.h>
