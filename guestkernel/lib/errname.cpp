// The table. Numbers without a name are gaps.
#include "guestkernel/lib/errname.hpp"

namespace pagelab::lib {

namespace {

constexpr char const* kNames[] = {
    nullptr,   "EPERM",        "ENOENT", "ESRCH",  "EINTR",     "EIO",     "ENXIO",
    "E2BIG",   "ENOEXEC",      "EBADF",  "ECHILD", "EAGAIN",    "ENOMEM",  "EACCES",
    "EFAULT",  "ENOTBLK",      "EBUSY",  "EEXIST", "EXDEV",     "ENODEV",  "ENOTDIR",
    "EISDIR",  "EINVAL",       "ENFILE", "EMFILE", "ENOTTY",    "ETXTBSY", "EFBIG",
    "ENOSPC",  "ESPIPE",       "EROFS",  "EMLINK", "EPIPE",     "EDOM",    "ERANGE",
    "EDEADLK", "ENAMETOOLONG", "ENOLCK", "ENOSYS", "ENOTEMPTY", "ELOOP",
};

struct named {
    int number;
    char const* name;
};
constexpr named kOthers[] = {
    {61, "ENODATA"},    {62, "ETIME"},        {71, "EPROTO"},          {74, "EBADMSG"},
    {75, "EOVERFLOW"},  {84, "EILSEQ"},       {90, "EMSGSIZE"},        {95, "EOPNOTSUPP"},
    {105, "ENOBUFS"},   {110, "ETIMEDOUT"},   {114, "EALREADY"},       {115, "EINPROGRESS"},
    {125, "ECANCELED"}, {512, "ERESTARTSYS"}, {513, "ERESTARTNOINTR"}, {524, "ENOTSUPP"},
};

} // namespace

char const* errname(int number)
{
    constexpr int kDense = sizeof(kNames) / sizeof(kNames[0]);
    if (number >= 0 && number < kDense)
        return kNames[number];
    for (named const& other : kOthers) {
        if (other.number == number)
            return other.name;
    }
    return nullptr;
}

} // namespace pagelab::lib
