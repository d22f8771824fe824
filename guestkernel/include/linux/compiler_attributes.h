// See compiler.h.
#pragma once

#include <linux/compiler.h>
