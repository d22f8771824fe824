// A table.
#include "guestkernel/lib/strerror.hpp"

#include "guestkernel/lib/errno.hpp"

namespace pagelab::lib {

namespace {

struct error_text {
    int error;
    char const* text;
};

constexpr error_text kTexts[] = {
    {EPERM, "Operation not permitted"},
    {ENOENT, "No such file or directory"},
    {ESRCH, "No such process"},
    {EINTR, "Interrupted system call"},
    {EIO, "Input/output error"},
    {ENOEXEC, "Exec format error"},
    {EBADF, "Bad file descriptor"},
    {EAGAIN, "Resource temporarily unavailable"},
    {ENOMEM, "Cannot allocate memory"},
    {EACCES, "Permission denied"},
    {EFAULT, "Bad address"},
    {EBUSY, "Device or resource busy"},
    {EEXIST, "File exists"},
    {ENODEV, "No such device"},
    {EINVAL, "Invalid argument"},
    {ENOTTY, "Inappropriate ioctl for device"},
    {EFBIG, "File too large"},
    {ENOSPC, "No space left on device"},
    {ERANGE, "Numerical result out of range"},
    {ENAMETOOLONG, "File name too long"},
    {ENOSYS, "Function not implemented"},
};

} // namespace

char const* strerror(int error)
{
    for (error_text const& entry : kTexts) {
        if (entry.error == error)
            return entry.text;
    }
    return "Unknown error";
}

} // namespace pagelab::lib
