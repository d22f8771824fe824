// Devices of the misc class: declared when there are some. Source: Linux 6.1
// include/linux/miscdevice.h.
#pragma once

#include <linux/module.h>
#include <linux/types.h>

#define MISC_DYNAMIC_MINOR 255
