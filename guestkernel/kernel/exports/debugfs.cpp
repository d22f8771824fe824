// linux/debugfs.h: files of procfs.hpp whose functions are a file_operations'.
//
// Source: Linux 6.1 fs/debugfs/inode.c, fs/debugfs/file.c (formats of numbers).
#include "guestkernel/kernel/procfs.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/kstrtox.hpp"
#include "guestkernel/lib/minmax.hpp"

using namespace pagelab;
using kernel::entry_of;
using kernel::file;
using kernel::file_operations;
using kernel::inode;
using kernel::proc_ops;
using dentry = kernel::proc_dir_entry;

extern "C" {
size_t _copy_from_user(void* to, void const* from, size_t size);
intptr_t simple_read_from_buffer(void* to, size_t count, int64_t* position, void const* from,
                                 size_t available);
int simple_open(inode* i, file* f);
int simple_attr_open(inode* i, file* f, int (*get)(void* data, uint64_t* value),
                     int (*set)(void* data, uint64_t value), char const* format);
int simple_attr_release(inode* i, file* f);
intptr_t simple_attr_read(file* f, char* buffer, size_t size, int64_t* position);
intptr_t simple_attr_write(file* f, char const* buffer, size_t size, int64_t* position);
}

namespace {

constexpr unsigned short kReadableByAny = 0444;
constexpr unsigned short kWritableByAny = 0222;
constexpr uintptr_t kMaxErrno = 4095;

file_operations const& fops_of(file const* f)
{
    return *entry_of(*f->f_inode).fops;
}

constexpr proc_ops kDebugOps = {
    .proc_flags = 0,
    .proc_open =
        [](inode* i, file* f) {
            auto const open = entry_of(*i).fops->open;
            return open != nullptr ? open(i, f) : 0;
        },
    .proc_read =
        [](file* f, char* buffer, size_t size, int64_t* position) {
            auto const read = fops_of(f).read;
            return read != nullptr ? read(f, buffer, size, position) : intptr_t{-EINVAL};
        },
    .proc_write =
        [](file* f, char const* buffer, size_t size, int64_t* position) {
            auto const write = fops_of(f).write;
            return write != nullptr ? write(f, buffer, size, position) : intptr_t{-EINVAL};
        },
    .proc_lseek = nullptr,
    .proc_release =
        [](inode* i, file* f) {
            auto const release = entry_of(*i).fops->release;
            return release != nullptr ? release(i, f) : 0;
        },
};

constexpr dentry kRoot = {.path = kernel::kDebugFolder};

dentry* error_dentry(int error)
{
    return reinterpret_cast<dentry*>(static_cast<intptr_t>(error));
}

bool is_error(dentry const* d)
{
    return reinterpret_cast<uintptr_t>(d) >= 0 - kMaxErrno;
}

dentry* create(char const* name, dentry const* parent, dentry const& properties)
{
    if (is_error(parent))
        return error_dentry(static_cast<int>(reinterpret_cast<intptr_t>(parent)));
    dentry const* const folder = parent != nullptr ? parent : &kRoot;
    if (dentry* const made = kernel::proc_register(folder, name, properties); made != nullptr)
        return made;
    if (kernel::proc_find(folder, name) == nullptr)
        return error_dentry(-ENOMEM);
    char const* const path = folder->path + sizeof(kernel::kDebugFolder) - 1;
    kernel::printk(kernel::log_level::err, "debugfs: %s '%s' in directory '%s' already present!\n",
                   properties.ops != nullptr ? "File" : "Directory", name,
                   *path != '\0' ? path + 1 : "/");
    return error_dentry(-EEXIST);
}

dentry* create_file(char const* name, unsigned short mode, dentry const* parent, void* data,
                    file_operations const& fops)
{
    return create(name, parent, {.mode = mode, .ops = &kDebugOps, .fops = &fops, .data = data});
}

template<class T>
int get_value(void* data, uint64_t* value)
{
    *value = static_cast<uint64_t>(*static_cast<T volatile*>(data));
    return 0;
}

template<class T>
int set_value(void* data, uint64_t value)
{
    *static_cast<T volatile*>(data) = static_cast<T>(value);
    return 0;
}

template<class T, char const* format>
int open_value(inode* i, file* f)
{
    return simple_attr_open(i, f, (i->i_mode & kReadableByAny) != 0 ? get_value<T> : nullptr,
                            (i->i_mode & kWritableByAny) != 0 ? set_value<T> : nullptr, format);
}

template<class T, char const* format>
constexpr file_operations kValueOps = {
    .owner = nullptr,
    .llseek = nullptr,
    .read = simple_attr_read,
    .write = simple_attr_write,
    .open = open_value<T, format>,
    .release = simple_attr_release,
};

constexpr file_operations kBoolOps = {
    .owner = nullptr,
    .llseek = nullptr,
    .read =
        [](file* f, char* buffer, size_t size, int64_t* position) {
            bool const value = *static_cast<bool volatile*>(f->private_data);
            return simple_read_from_buffer(buffer, size, position, value ? "Y\n" : "N\n", 2);
        },
    .write =
        [](file* f, char const* buffer, size_t size, int64_t*) {
            char text[8] = "";
            bool value = false;
            if ((f->f_inode->i_mode & kWritableByAny) == 0)
                return intptr_t{-EINVAL};
            if (_copy_from_user(text, buffer, lib::min(size, sizeof(text) - 1)) != 0)
                return intptr_t{-EFAULT};
            if (int const error = lib::kstrtobool(text, &value); error != 0)
                return intptr_t{error};
            *static_cast<bool volatile*>(f->private_data) = value;
            return static_cast<intptr_t>(size);
        },
    .open = simple_open,
    .release = nullptr,
};

constexpr char kUnsigned[] = "%llu\n";
constexpr char kSigned[] = "%lld\n";
constexpr char kHex8[] = "0x%02llx\n";
constexpr char kHex16[] = "0x%04llx\n";
constexpr char kHex32[] = "0x%08llx\n";
constexpr char kHex64[] = "0x%016llx\n";

} // namespace

extern "C" {

dentry* debugfs_create_dir(char const* name, dentry* parent)
{
    return create(name, parent, {.mode = 0755});
}
EXPORT_SYMBOL_GPL(debugfs_create_dir);

dentry* debugfs_create_file(char const* name, unsigned short mode, dentry* parent, void* data,
                            file_operations const* fops)
{
    static constexpr file_operations kNone = {};
    return create_file(name, mode, parent, data, fops != nullptr ? *fops : kNone);
}
EXPORT_SYMBOL_GPL(debugfs_create_file);

#define DEBUGFS_CREATE(type, T, format)                                                            \
    void debugfs_create_##type(char const* name, unsigned short mode, dentry* parent, T* value)    \
    {                                                                                              \
        create_file(name, mode, parent, value, kValueOps<T, format>);                              \
    }                                                                                              \
    EXPORT_SYMBOL_GPL(debugfs_create_##type)

DEBUGFS_CREATE(u8, uint8_t, kUnsigned);
DEBUGFS_CREATE(u16, uint16_t, kUnsigned);
DEBUGFS_CREATE(u32, uint32_t, kUnsigned);
DEBUGFS_CREATE(u64, uint64_t, kUnsigned);
DEBUGFS_CREATE(ulong, unsigned long, kUnsigned);
DEBUGFS_CREATE(x8, uint8_t, kHex8);
DEBUGFS_CREATE(x16, uint16_t, kHex16);
DEBUGFS_CREATE(x32, uint32_t, kHex32);
DEBUGFS_CREATE(x64, uint64_t, kHex64);
DEBUGFS_CREATE(size_t, size_t, kUnsigned);
DEBUGFS_CREATE(atomic_t, int, kSigned);

void debugfs_create_bool(char const* name, unsigned short mode, dentry* parent, bool* value)
{
    create_file(name, mode, parent, value, kBoolOps);
}
EXPORT_SYMBOL_GPL(debugfs_create_bool);

dentry* debugfs_lookup(char const* name, dentry* parent)
{
    return is_error(parent) ? nullptr
                            : kernel::proc_find(parent != nullptr ? parent : &kRoot, name);
}
EXPORT_SYMBOL_GPL(debugfs_lookup);

void debugfs_remove(dentry* d)
{
    if (d != nullptr && !is_error(d))
        kernel::proc_unregister_subtree(d);
}
EXPORT_SYMBOL_GPL(debugfs_remove);

} // extern "C"
