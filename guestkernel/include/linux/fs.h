// Open files, as the functions that serve them see them: those of debugfs by file_operations. Files
// of devices are declared when there are some. Source: Linux 6.1 include/linux/fs.h; the layout is
// guestkernel/kernel/procfs.hpp's.
#pragma once

#include <linux/errno.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/stat.h>
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

struct file_operations {
    struct module* owner;
    loff_t (*llseek)(struct file* file, loff_t offset, int whence);
    ssize_t (*read)(struct file* file, char __user* buffer, size_t size, loff_t* position);
    ssize_t (*write)(struct file* file, char __user const* buffer, size_t size, loff_t* position);
    int (*open)(struct inode* inode, struct file* file);
    int (*release)(struct inode* inode, struct file* file);
};

__BEGIN_DECLS
int simple_open(struct inode* inode, struct file* file);
int simple_attr_open(struct inode* inode, struct file* file, int (*get)(void*, u64*),
                     int (*set)(void*, u64), char const* format);
int simple_attr_release(struct inode* inode, struct file* file);
ssize_t simple_attr_read(struct file* file, char __user* buffer, size_t size, loff_t* position);
ssize_t simple_attr_write(struct file* file, char __user const* buffer, size_t size,
                          loff_t* position);
ssize_t simple_read_from_buffer(void __user* to, size_t count, loff_t* position, void const* from,
                                size_t available);
ssize_t simple_write_to_buffer(void* to, size_t available, loff_t* position,
                               void __user const* from, size_t count);
loff_t default_llseek(struct file* file, loff_t offset, int whence);
__END_DECLS

#define noop_llseek default_llseek
#define generic_file_llseek default_llseek

// A file that is a number.
#define DEFINE_SIMPLE_ATTRIBUTE(name, get, set, format)                                            \
    static int name##_open(struct inode* inode, struct file* file)                                 \
    {                                                                                              \
        return simple_attr_open(inode, file, get, set, format);                                    \
    }                                                                                              \
    static struct file_operations const name = {                                                   \
        .owner = THIS_MODULE,                                                                      \
        .llseek = generic_file_llseek,                                                             \
        .read = simple_attr_read,                                                                  \
        .write = simple_attr_write,                                                                \
        .open = name##_open,                                                                       \
        .release = simple_attr_release,                                                            \
    }
