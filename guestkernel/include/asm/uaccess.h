// See linux/uaccess.h.
#pragma once

#include <linux/uaccess.h>
