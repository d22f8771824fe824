// Files under /sys/kernel/debug. Source: Linux 6.1 include/linux/debugfs.h.
//
// A dentry is an error for linux/err.h where there is no file; the others take such a one and do
// nothing. Deliberately absent: blobs, arrays, register sets, symbolic links.
#pragma once

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/seq_file.h>
#include <linux/types.h>

struct dentry;

__BEGIN_DECLS
struct dentry* debugfs_create_dir(char const* name, struct dentry* parent);
struct dentry* debugfs_create_file(char const* name, umode_t mode, struct dentry* parent,
                                   void* data, struct file_operations const* fops);
void debugfs_create_u8(char const* name, umode_t mode, struct dentry* parent, u8* value);
void debugfs_create_u16(char const* name, umode_t mode, struct dentry* parent, u16* value);
void debugfs_create_u32(char const* name, umode_t mode, struct dentry* parent, u32* value);
void debugfs_create_u64(char const* name, umode_t mode, struct dentry* parent, u64* value);
void debugfs_create_ulong(char const* name, umode_t mode, struct dentry* parent,
                          unsigned long* value);
void debugfs_create_x8(char const* name, umode_t mode, struct dentry* parent, u8* value);
void debugfs_create_x16(char const* name, umode_t mode, struct dentry* parent, u16* value);
void debugfs_create_x32(char const* name, umode_t mode, struct dentry* parent, u32* value);
void debugfs_create_x64(char const* name, umode_t mode, struct dentry* parent, u64* value);
void debugfs_create_size_t(char const* name, umode_t mode, struct dentry* parent, size_t* value);
void debugfs_create_atomic_t(char const* name, umode_t mode, struct dentry* parent,
                             atomic_t* value);
void debugfs_create_bool(char const* name, umode_t mode, struct dentry* parent, bool* value);
struct dentry* debugfs_lookup(char const* name, struct dentry* parent);
void debugfs_remove(struct dentry* dentry);
__END_DECLS

#define debugfs_remove_recursive(dentry) debugfs_remove(dentry)
#define debugfs_create_file_unsafe(name, mode, parent, data, fops)                                 \
    debugfs_create_file(name, mode, parent, data, fops)
#define DEFINE_DEBUGFS_ATTRIBUTE(name, get, set, format)                                           \
    DEFINE_SIMPLE_ATTRIBUTE(name, get, set, format)

static inline bool debugfs_initialized(void)
{
    return true;
}
