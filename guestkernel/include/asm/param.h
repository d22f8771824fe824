// See linux/param.h.
#pragma once

#include <linux/param.h>
