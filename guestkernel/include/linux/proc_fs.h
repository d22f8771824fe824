// Files in /proc. Source: Linux 6.1 include/linux/proc_fs.h; struct proc_ops has the functions that
// are called here, and its layout is guestkernel/kernel/procfs.hpp's.
#pragma once

#include <linux/fs.h>
#include <linux/types.h>

struct proc_dir_entry;
struct seq_file;
struct seq_operations;

struct proc_ops {
    unsigned int proc_flags;
    int (*proc_open)(struct inode* inode, struct file* file);
    ssize_t (*proc_read)(struct file* file, char __user* buffer, size_t size, loff_t* position);
    ssize_t (*proc_write)(struct file* file, char __user const* buffer, size_t size,
                          loff_t* position);
    loff_t (*proc_lseek)(struct file* file, loff_t offset, int whence);
    int (*proc_release)(struct inode* inode, struct file* file);
};

__BEGIN_DECLS
struct proc_dir_entry* proc_create(char const* name, umode_t mode, struct proc_dir_entry* parent,
                                   struct proc_ops const* ops);
struct proc_dir_entry* proc_create_data(char const* name, umode_t mode,
                                        struct proc_dir_entry* parent, struct proc_ops const* ops,
                                        void* data);
struct proc_dir_entry* proc_create_single_data(char const* name, umode_t mode,
                                               struct proc_dir_entry* parent,
                                               int (*show)(struct seq_file*, void*), void* data);
struct proc_dir_entry* proc_create_seq_private(char const* name, umode_t mode,
                                               struct proc_dir_entry* parent,
                                               struct seq_operations const* ops,
                                               unsigned int state_size, void* data);
struct proc_dir_entry* proc_mkdir(char const* name, struct proc_dir_entry* parent);
void proc_remove(struct proc_dir_entry* entry);
void remove_proc_entry(char const* name, struct proc_dir_entry* parent);
int remove_proc_subtree(char const* name, struct proc_dir_entry* parent);
void* pde_data(struct inode const* inode);
__END_DECLS

#define proc_create_single(name, mode, parent, show)                                               \
    proc_create_single_data(name, mode, parent, show, NULL)
#define proc_create_seq(name, mode, parent, ops)                                                   \
    proc_create_seq_private(name, mode, parent, ops, 0, NULL)
#define PDE_DATA(inode) pde_data(inode)
