// The files of /proc and debugfs that modules make, and the calls a program would make to use them.
//
// An entry belongs to whoever made it; taking it away waits for those who use it. Paths are those
// below /proc; of debugfs they are whole, so that the two do not meet. The structs are what
// include/linux/fs.h and proc_fs.h tell modules.
//
// Source: Linux 6.1 fs/proc/generic.c, fs/proc/inode.c, include/linux/proc_fs.h.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/list.hpp"

namespace pagelab::kernel {

struct proc_dir_entry;

struct inode {
    unsigned short i_mode;
    unsigned long i_ino;
    void* i_private; // the entry's data
};

struct proc_inode {
    inode vfs_inode;
    proc_dir_entry* pde;
};

struct file {
    unsigned f_mode;
    unsigned f_flags;
    int64_t f_pos;
    inode* f_inode;
    void* private_data;
};

struct proc_ops {
    unsigned proc_flags;
    int (*proc_open)(inode* inode, file* file);
    intptr_t (*proc_read)(file* file, char* buffer, size_t size, int64_t* position);
    intptr_t (*proc_write)(file* file, char const* buffer, size_t size, int64_t* position);
    int64_t (*proc_lseek)(file* file, int64_t offset, int whence);
    int (*proc_release)(inode* inode, file* file);
};

struct seq_file;
struct seq_operations;

struct file_operations { // include/linux/fs.h
    void* owner;
    int64_t (*llseek)(file* file, int64_t offset, int whence);
    intptr_t (*read)(file* file, char* buffer, size_t size, int64_t* position);
    intptr_t (*write)(file* file, char const* buffer, size_t size, int64_t* position);
    int (*open)(inode* inode, file* file);
    int (*release)(inode* inode, file* file);
};

struct proc_dir_entry {
    lib::list_head list;
    char const* path; // in one allocation with the entry
    unsigned short mode;
    unsigned users;
    proc_ops const* ops;         // null: a folder
    file_operations const* fops; // a file of debugfs
    seq_operations const* seq_ops;
    int (*single_show)(seq_file* m, void* v);
    void* data;
};

inline constexpr char kDebugFolder[] = "/sys/kernel/debug";

// The entry of an open file.
proc_dir_entry const& entry_of(inode const& i);

// Null: no memory, or there is such a file.
proc_dir_entry* proc_register(proc_dir_entry const* parent, char const* name,
                              proc_dir_entry const& properties);
proc_dir_entry* proc_find(proc_dir_entry const* parent, char const* name);
void proc_unregister(proc_dir_entry* entry);
void proc_unregister_subtree(proc_dir_entry* entry);

// What commands do. -ENOENT: there is no such file of a module's.
int cat_module_proc(char const* path); // prints it
int write_module_proc(char const* path, char const* text, size_t length);
bool list_module_proc(char const* folder); // whether there was anything to print

} // namespace pagelab::kernel
