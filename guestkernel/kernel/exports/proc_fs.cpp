// linux/proc_fs.h, and what linux/fs.h has for the functions of files.
#include "guestkernel/kernel/procfs.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/exports/seq_file.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/minmax.hpp"

using namespace pagelab;
using kernel::entry_of;
using kernel::file;
using kernel::inode;
using kernel::proc_dir_entry;
using kernel::proc_ops;

extern "C" {
size_t _copy_to_user(void* to, void const* from, size_t size);
size_t _copy_from_user(void* to, void const* from, size_t size);
int seq_open(file* f, kernel::seq_operations const* op);
intptr_t seq_read(file* f, char* buffer, size_t size, int64_t* position);
int64_t seq_lseek(file* f, int64_t offset, int whence);
int seq_release(inode* i, file* f);
int single_open(file* f, int (*show)(kernel::seq_file* m, void* v), void* data);
int single_release(inode* i, file* f);
}

namespace {

constexpr proc_ops kSingleOps = {
    .proc_flags = 0,
    .proc_open =
        [](inode* i, file* f) {
            return single_open(f, entry_of(*i).single_show, entry_of(*i).data);
        },
    .proc_read = seq_read,
    .proc_write = nullptr,
    .proc_lseek = seq_lseek,
    .proc_release = single_release,
};

constexpr proc_ops kSeqOps = {
    .proc_flags = 0,
    .proc_open = [](inode* i, file* f) { return seq_open(f, entry_of(*i).seq_ops); },
    .proc_read = seq_read,
    .proc_write = nullptr,
    .proc_lseek = seq_lseek,
    .proc_release = seq_release,
};

proc_dir_entry* make(char const* name, unsigned short mode, proc_dir_entry const* parent,
                     proc_dir_entry properties)
{
    constexpr unsigned short kReadableByAll = 0444;
    properties.mode = mode != 0 ? mode : kReadableByAll;
    return kernel::proc_register(parent, name, properties);
}

} // namespace

extern "C" {

proc_dir_entry* proc_create_data(char const* name, unsigned short mode, proc_dir_entry* parent,
                                 proc_ops const* ops, void* data)
{
    return make(name, mode, parent, {.ops = ops, .data = data});
}
EXPORT_SYMBOL(proc_create_data);

proc_dir_entry* proc_create(char const* name, unsigned short mode, proc_dir_entry* parent,
                            proc_ops const* ops)
{
    return proc_create_data(name, mode, parent, ops, nullptr);
}
EXPORT_SYMBOL(proc_create);

proc_dir_entry* proc_create_single_data(char const* name, unsigned short mode,
                                        proc_dir_entry* parent,
                                        int (*show)(kernel::seq_file* m, void* v), void* data)
{
    return make(name, mode, parent, {.ops = &kSingleOps, .single_show = show, .data = data});
}
EXPORT_SYMBOL(proc_create_single_data);

proc_dir_entry* proc_create_seq_private(char const* name, unsigned short mode,
                                        proc_dir_entry* parent, kernel::seq_operations const* ops,
                                        unsigned, void* data)
{
    return make(name, mode, parent, {.ops = &kSeqOps, .seq_ops = ops, .data = data});
}
EXPORT_SYMBOL(proc_create_seq_private);

proc_dir_entry* proc_mkdir(char const* name, proc_dir_entry* parent)
{
    return make(name, 0555, parent, {});
}
EXPORT_SYMBOL(proc_mkdir);

void proc_remove(proc_dir_entry* entry)
{
    if (entry != nullptr)
        kernel::proc_unregister_subtree(entry);
}
EXPORT_SYMBOL(proc_remove);

void remove_proc_entry(char const* name, proc_dir_entry* parent)
{
    proc_dir_entry* const entry = kernel::proc_find(parent, name);
    if (entry == nullptr)
        kernel::printk(kernel::log_level::warning, "name '%s'\n", name);
    kernel::proc_unregister(entry);
}
EXPORT_SYMBOL(remove_proc_entry);

int remove_proc_subtree(char const* name, proc_dir_entry* parent)
{
    proc_dir_entry* const entry = kernel::proc_find(parent, name);
    proc_remove(entry);
    return entry != nullptr ? 0 : -ENOENT;
}
EXPORT_SYMBOL(remove_proc_subtree);

void* pde_data(inode const* i)
{
    return i->i_private;
}
EXPORT_SYMBOL(pde_data);

intptr_t simple_read_from_buffer(void* to, size_t count, int64_t* position, void const* from,
                                 size_t available)
{
    if (*position < 0)
        return -EINVAL;
    if (*position >= static_cast<int64_t>(available) || count == 0)
        return 0;
    size_t const wanted = lib::min(count, available - static_cast<size_t>(*position));
    size_t const left = _copy_to_user(to, static_cast<char const*>(from) + *position, wanted);
    if (left == wanted)
        return -EFAULT;
    *position += static_cast<int64_t>(wanted - left);
    return static_cast<intptr_t>(wanted - left);
}
EXPORT_SYMBOL(simple_read_from_buffer);

intptr_t simple_write_to_buffer(void* to, size_t available, int64_t* position, void const* from,
                                size_t count)
{
    if (*position < 0)
        return -EINVAL;
    if (*position >= static_cast<int64_t>(available) || count == 0)
        return 0;
    size_t const wanted = lib::min(count, available - static_cast<size_t>(*position));
    size_t const left = _copy_from_user(static_cast<char*>(to) + *position, from, wanted);
    if (left == wanted)
        return -EFAULT;
    *position += static_cast<int64_t>(wanted - left);
    return static_cast<intptr_t>(wanted - left);
}
EXPORT_SYMBOL(simple_write_to_buffer);

int64_t default_llseek(file* f, int64_t offset, int whence)
{
    int64_t const target = whence == 1 ? f->f_pos + offset : offset;
    if (whence > 1 || target < 0)
        return -EINVAL;
    f->f_pos = target;
    return target;
}
EXPORT_SYMBOL(default_llseek);

} // extern "C"
