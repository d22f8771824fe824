// Following frame pointers as far as they can be trusted.
#include "guestkernel/kernel/stack_trace.hpp"

#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/stacks.hpp"

namespace pagelab::kernel {

unsigned walk_stack(void const* frame, uintptr_t* addresses, unsigned max)
{
    auto at = reinterpret_cast<uintptr_t>(frame);
    unsigned count = 0;
    while (count < max && is_frame_on_stack(at)) {
        auto const* words = reinterpret_cast<uintptr_t const*>(at);
        if (!is_text_address(words[1]))
            break;
        addresses[count++] = words[1];
        at = words[0];
    }
    return count;
}

unsigned save_stack(uintptr_t caller, uintptr_t* addresses, unsigned max)
{
    unsigned const count = walk_stack(__builtin_frame_address(0), addresses, max);
    unsigned first = 0;
    while (first < count && addresses[first] != caller)
        first++;
    if (first == count)
        return count;
    for (unsigned i = first; i < count; i++)
        addresses[i - first] = addresses[i];
    return count - first;
}

} // namespace pagelab::kernel
