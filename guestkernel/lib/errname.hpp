// Linux' error numbers by name and in words. Source: Linux 6.1
// include/uapi/asm-generic/errno{,-base}.h, lib/errname.c; the C library's strerror.
#pragma once

namespace pagelab::lib {

// "ENOMEM" for 12; null for a number without a name.
char const* errname(int number);

// "Cannot allocate memory" for 12; "Unknown error" for a number that programs do not see.
char const* strerror(int number);

} // namespace pagelab::lib
