// Copying to and from user space: declared when there is one. Source: Linux 6.1
// include/linux/uaccess.h.
#pragma once

#include <linux/errno.h>
#include <linux/sched.h>
