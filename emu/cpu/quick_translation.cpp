// What the linker puts in place of the library's optimizing pass (ld's --wrap).
#include "emu/cpu/quick_translation.hpp"

// Of no header: void (TCGContext*). Null where the library is a shared object.
extern "C" [[gnu::weak]] void __real_tcg_optimize_x86_64(void* context);
extern "C" void __wrap_tcg_optimize_x86_64(void* context);

namespace pagelab::cpu {

namespace {

thread_local Translation current = Translation::Optimized;

} // namespace

void set_translation(Translation translation)
{
    current = translation;
}

} // namespace pagelab::cpu

void __wrap_tcg_optimize_x86_64(void* context)
{
    if (pagelab::cpu::current == pagelab::cpu::Translation::Optimized)
        __real_tcg_optimize_x86_64(context);
}
