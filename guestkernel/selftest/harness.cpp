// A test's context, and running one.
#include "guestkernel/selftest/harness.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::selftest {

void context::fail(char const* what, char const* file, unsigned line)
{
    if (failed.what == nullptr)
        failed = {what, file, line, step};
}

void* context::take_bytes(size_t size, size_t alignment)
{
    auto const address = reinterpret_cast<uintptr_t>(scratch);
    size_t const skip = lib::align_up(address, uintptr_t{alignment}) - address;
    if (scratch_size < skip || scratch_size - skip < size)
        return nullptr;
    char* const taken = scratch + skip;
    scratch = taken + size;
    scratch_size -= skip + size;
    memset(taken, 0, size);
    return taken;
}

context run_test(test const& chosen, subject& on, run_options const& options)
{
    context t = {.on = on,
                 .random = lib::rng(options.seed),
                 .steps = options.steps,
                 .check_every = options.check_every,
                 .scratch = options.scratch,
                 .scratch_size = options.scratch_size};
    chosen.run(t);
    return t;
}

} // namespace pagelab::selftest
