// Parts of a path.
#pragma once

#include <stddef.h>

namespace pagelab::lib {

// Length of what stands before the first '/', or of all of it.
constexpr size_t first_component(char const* path)
{
    size_t length = 0;
    while (path[length] != '\0' && path[length] != '/')
        length++;
    return length;
}

static_assert(first_component("sys/vm") == 3 && first_component("vm") == 2);
static_assert(first_component("/vm") == 0 && first_component("") == 0);

} // namespace pagelab::lib
