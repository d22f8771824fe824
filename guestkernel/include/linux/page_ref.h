// See linux/mm.h.
#pragma once

#include <linux/mm.h>
