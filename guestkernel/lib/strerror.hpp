// An errno in words, as the C library's strerror has them.
#pragma once

namespace pagelab::lib {

// `error` is positive; "Unknown error" for one nobody here returns.
char const* strerror(int error);

} // namespace pagelab::lib
