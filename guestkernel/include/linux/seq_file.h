// A report that is read in pieces: each record is shown to a buffer. Source: Linux 6.1
// include/linux/seq_file.h; the layout is guestkernel/kernel/exports/seq_file.hpp's.
#pragma once

#include <linux/fs.h>
#include <linux/mutex.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include <linux/types.h>

struct seq_file;

struct seq_operations {
    void* (*start)(struct seq_file* m, loff_t* position);
    void (*stop)(struct seq_file* m, void* v);
    void* (*next)(struct seq_file* m, void* v, loff_t* position);
    int (*show)(struct seq_file* m, void* v);
};

#ifdef __cplusplus
#define __seq_private private_
#else
#define __seq_private private
#endif

struct seq_file {
    char* buf;
    size_t size;
    size_t from;
    size_t count;
    loff_t index;
    struct mutex lock;
    struct seq_operations const* op;
    struct file const* file;
    void* __seq_private;
};

#define SEQ_SKIP 1
#define SEQ_START_TOKEN ((void*)1)

__BEGIN_DECLS
int seq_open(struct file* file, struct seq_operations const* op);
ssize_t seq_read(struct file* file, char __user* buffer, size_t size, loff_t* position);
loff_t seq_lseek(struct file* file, loff_t offset, int whence);
int seq_release(struct inode* inode, struct file* file);
void* __seq_open_private(struct file* file, struct seq_operations const* op, int size);
int seq_release_private(struct inode* inode, struct file* file);
int single_open(struct file* file, int (*show)(struct seq_file*, void*), void* data);
int single_release(struct inode* inode, struct file* file);
int seq_write(struct seq_file* m, void const* bytes, size_t length);
void seq_puts(struct seq_file* m, char const* text);
void seq_putc(struct seq_file* m, char c);
void seq_vprintf(struct seq_file* m, char const* format, va_list arguments);
void __printf(2, 3) seq_printf(struct seq_file* m, char const* format, ...);
struct list_head* seq_list_start(struct list_head* head, loff_t position);
struct list_head* seq_list_start_head(struct list_head* head, loff_t position);
struct list_head* seq_list_next(void* v, struct list_head* head, loff_t* position);
__END_DECLS

#define __DEFINE_SHOW_OPEN(name)                                                                   \
    static int name##_open(struct inode* inode, struct file* file)                                 \
    {                                                                                              \
        return single_open(file, name##_show, inode->i_private);                                   \
    }

// name_fops or name_proc_ops of a file that name_show() shows.
#define DEFINE_SHOW_ATTRIBUTE(name)                                                                \
    __DEFINE_SHOW_OPEN(name)                                                                       \
    static struct file_operations const name##_fops = {                                            \
        .owner = THIS_MODULE,                                                                      \
        .llseek = seq_lseek,                                                                       \
        .read = seq_read,                                                                          \
        .open = name##_open,                                                                       \
        .release = single_release,                                                                 \
    }
#define DEFINE_PROC_SHOW_ATTRIBUTE(name)                                                           \
    __DEFINE_SHOW_OPEN(name)                                                                       \
    static struct proc_ops const name##_proc_ops = {                                               \
        .proc_open = name##_open,                                                                  \
        .proc_read = seq_read,                                                                     \
        .proc_lseek = seq_lseek,                                                                   \
        .proc_release = single_release,                                                            \
    }
