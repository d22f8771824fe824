// Files that modules make: declared when there are some. Source: Linux 6.1 include/linux/fs.h.
#pragma once

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>

struct file;
struct inode;
