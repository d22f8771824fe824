// linux/uaccess.h. There is no user space: what modules copy to and from are the buffers of the
// commands that use their files, and everything else fails.
#include "guestkernel/abi/address.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/extable.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

using namespace pagelab;

namespace {

#ifdef __x86_64__
constexpr uintptr_t kTaskSizeMax = (uintptr_t{1} << 47) - kPageSize;
#else
constexpr uintptr_t kTaskSizeMax = arch::kPageOffset;
#endif

bool is_within(uintptr_t begin, uintptr_t end, uintptr_t address, size_t size)
{
    return address >= begin && address <= end && size <= end - address;
}

} // namespace

extern "C" {

bool __access_ok(void const* address, size_t size)
{
    kernel::task_struct const& task = kernel::get_current();
    auto const begin = reinterpret_cast<uintptr_t>(address);
    return is_within(0, kTaskSizeMax, begin, size) ||
           is_within(task.user_begin, task.user_end, begin, size);
}
EXPORT_SYMBOL(__access_ok);

size_t _copy_to_user(void* to, void const* from, size_t size)
{
    return __access_ok(to, size) ? kernel::copy_nofault(to, from, size) : size;
}
EXPORT_SYMBOL(_copy_to_user);

// What could not be read is 0.
size_t _copy_from_user(void* to, void const* from, size_t size)
{
    size_t const left = __access_ok(from, size) ? kernel::copy_nofault(to, from, size) : size;
    memset(static_cast<char*>(to) + (size - left), 0, left);
    return left;
}
EXPORT_SYMBOL(_copy_from_user);

// Up to `size` bytes of a string; its length without the 0 byte, `size` if there is none.
long strncpy_from_user(char* to, char const* from, long size)
{
    for (long length = 0; length < size; length++) {
        if (!__access_ok(from + length, 1) ||
            kernel::copy_nofault(to + length, from + length, 1) != 0)
            return -EFAULT;
        if (to[length] == '\0')
            return length;
    }
    return size;
}
EXPORT_SYMBOL(strncpy_from_user);

// Not of user space. Source: Linux 6.1 mm/maccess.c, arch/x86/mm/maccess.c.
long copy_from_kernel_nofault(void* to, void const* from, size_t size)
{
    if (reinterpret_cast<uintptr_t>(from) < kTaskSizeMax + kPageSize)
        return -ERANGE;
    return kernel::copy_nofault(to, from, size) == 0 ? 0 : -EFAULT;
}
EXPORT_SYMBOL_GPL(copy_from_kernel_nofault);

long copy_to_kernel_nofault(void* to, void const* from, size_t size)
{
    return kernel::copy_nofault(to, from, size) == 0 ? 0 : -EFAULT;
}
EXPORT_SYMBOL_GPL(copy_to_kernel_nofault);

} // extern "C"
