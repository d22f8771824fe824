// Open files, as the functions that serve them see them. Files of devices are declared when there
// are some. Source: Linux 6.1 include/linux/fs.h; the layout is guestkernel/kernel/procfs.hpp's.
#pragma once

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/types.h>

#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2

struct inode {
    umode_t i_mode;
    unsigned long i_ino;
    void* i_private;
};

struct file {
    unsigned int f_mode;
    unsigned int f_flags;
    loff_t f_pos;
    struct inode* f_inode;
    void* private_data;
};

#define file_inode(file) ((file)->f_inode)

__BEGIN_DECLS
ssize_t simple_read_from_buffer(void __user* to, size_t count, loff_t* position, void const* from,
                                size_t available);
ssize_t simple_write_to_buffer(void* to, size_t available, loff_t* position,
                               void __user const* from, size_t count);
loff_t default_llseek(struct file* file, loff_t offset, int whence);
__END_DECLS

#define noop_llseek default_llseek
