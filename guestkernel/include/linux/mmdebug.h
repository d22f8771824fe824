// See linux/bug.h.
#pragma once

#include <linux/bug.h>
