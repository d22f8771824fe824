// Names of Linux' error numbers. Source: include/uapi/asm-generic/errno{,-base}.h, lib/errname.c.
#pragma once

namespace pagelab::lib {

// "ENOMEM" for 12; null for a number without a name.
char const* errname(int number);

} // namespace pagelab::lib
