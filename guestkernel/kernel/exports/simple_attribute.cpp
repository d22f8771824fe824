// What linux/fs.h has for files that are a number, and for those that need no function to open
// them.
//
// Source: Linux 6.1 fs/libfs.c (simple_open, simple_attr_open ...).
#include "guestkernel/kernel/procfs.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/kstrtox.hpp"
#include "guestkernel/lib/minmax.hpp"

using namespace pagelab;
using kernel::file;
using kernel::inode;

extern "C" {
size_t _copy_from_user(void* to, void const* from, size_t size);
intptr_t simple_read_from_buffer(void* to, size_t count, int64_t* position, void const* from,
                                 size_t available);
}

namespace {

struct simple_attr {
    int (*get)(void* data, uint64_t* value);
    int (*set)(void* data, uint64_t value);
    void* data;
    char const* format;
    char text[24]; // what is read, from its beginning on
};

} // namespace

extern "C" {

int simple_open(inode* i, file* f)
{
    if (i->i_private != nullptr)
        f->private_data = i->i_private;
    return 0;
}
EXPORT_SYMBOL(simple_open);

int simple_attr_open(inode* i, file* f, int (*get)(void* data, uint64_t* value),
                     int (*set)(void* data, uint64_t value), char const* format)
{
    auto* const attr =
        static_cast<simple_attr*>(kernel::kzalloc(sizeof(simple_attr), mm::GFP_KERNEL));
    if (attr == nullptr)
        return -ENOMEM;
    *attr = {get, set, i->i_private, format, ""};
    f->private_data = attr;
    return 0;
}
EXPORT_SYMBOL_GPL(simple_attr_open);

int simple_attr_release(inode*, file* f)
{
    kernel::kfree(f->private_data);
    return 0;
}
EXPORT_SYMBOL_GPL(simple_attr_release);

intptr_t simple_attr_read(file* f, char* buffer, size_t size, int64_t* position)
{
    auto& attr = *static_cast<simple_attr*>(f->private_data);
    if (attr.get == nullptr)
        return -EACCES;
    if (*position == 0 || attr.text[0] == '\0') {
        uint64_t value = 0;
        if (int const error = attr.get(attr.data, &value); error != 0)
            return error;
        lib::snprintf(attr.text, sizeof(attr.text), attr.format, value);
    }
    return simple_read_from_buffer(buffer, size, position, attr.text, __builtin_strlen(attr.text));
}
EXPORT_SYMBOL_GPL(simple_attr_read);

intptr_t simple_attr_write(file* f, char const* buffer, size_t size, int64_t*)
{
    auto& attr = *static_cast<simple_attr*>(f->private_data);
    if (attr.set == nullptr)
        return -EACCES;
    char text[24];
    size_t const length = lib::min(size, sizeof(text) - 1);
    if (_copy_from_user(text, buffer, length) != 0)
        return -EFAULT;
    text[length] = '\0';
    unsigned long long value = 0;
    long long signed_value = 0;
    int error = lib::kstrtoull(text, 0, &value);
    if (error == -EINVAL && lib::kstrtoll(text, 0, &signed_value) == 0) {
        value = static_cast<unsigned long long>(signed_value);
        error = 0;
    }
    if (error == 0)
        error = attr.set(attr.data, value);
    return error != 0 ? error : static_cast<intptr_t>(size);
}
EXPORT_SYMBOL_GPL(simple_attr_write);

} // extern "C"
