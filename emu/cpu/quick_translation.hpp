// Code that runs once is not worth optimizing, and a start is mostly such code.
//
// The library translates a block in five passes over its intermediate code. One of them, a tenth of
// all the time until a kernel's first report, only makes the result better: constants folded,
// copies propagated (Unicorn 2.1, tcg_optimize in tcg/optimize.c, which QEMU lets a build leave
// out). The call of it is linked to a function of ours, which may leave it out (CMakeLists.txt). In
// a build with the library as a shared object there is no such call, and all code is optimized.
#pragma once

#include <cstdint>

namespace pagelab::cpu {

enum class Translation : uint8_t { Quick, Optimized };

// What this thread's engines translate from now on. Optimized at first.
void set_translation(Translation translation);

} // namespace pagelab::cpu
