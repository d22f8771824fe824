// Several values of one type, between commas.
#include "guestkernel/kernel/module/param_types.hpp"

#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

using namespace pagelab;
using kernel::kernel_param;

namespace {

// The parameter that is element `index`.
kernel_param element(kernel_param const* kp, unsigned index)
{
    kernel::kparam_array const& array = *kp->arr;
    kernel_param part = *kp;
    part.ops = array.ops;
    part.arg = static_cast<char*>(array.elem) + size_t{array.elemsize} * index;
    return part;
}

unsigned count_of(kernel::kparam_array const& array)
{
    unsigned const count = array.num != nullptr ? *array.num : array.max;
    return count < array.max ? count : array.max;
}

// The text is parse_args' to cut up: a comma becomes an end for a moment.
int param_array_set(char const* text, kernel_param const* kp)
{
    kernel::kparam_array const& array = *kp->arr;
    char* at = const_cast<char*>(text);
    unsigned count = 0;
    for (bool more = true; more; count++) {
        if (count == array.max) {
            kernel::printk(kernel::log_level::err, "%s: can only take %i arguments\n", kp->name,
                           static_cast<int>(array.max));
            return -EINVAL;
        }
        size_t length = 0;
        while (at[length] != '\0' && at[length] != ',')
            length++;
        more = at[length] == ',';
        at[length] = '\0';
        kernel_param const part = element(kp, count);
        int const error = part.ops->set(at, &part);
        if (more)
            at[length] = ',';
        if (error != 0)
            return error;
        at += length + 1;
    }
    if (array.num != nullptr)
        *array.num = count;
    return 0;
}

int param_array_get(char* buffer, kernel_param const* kp)
{
    unsigned const count = count_of(*kp->arr);
    constexpr int kRoom = kernel::kParamTextSize - kernel::kParamValueSize;
    int offset = 0;
    for (unsigned i = 0; i < count && offset < kRoom; i++) {
        if (i > 0)
            buffer[offset - 1] = ','; // over the newline
        kernel_param const part = element(kp, i);
        int const length = part.ops->get(buffer + offset, &part);
        if (length < 0)
            return length;
        offset += length;
    }
    buffer[offset] = '\0';
    return offset;
}

void param_array_free(void* arg)
{
    auto const& array = *static_cast<kernel::kparam_array const*>(arg);
    for (unsigned i = 0; array.ops->free != nullptr && i < count_of(array); i++)
        array.ops->free(static_cast<char*>(array.elem) + size_t{array.elemsize} * i);
}

} // namespace

kernel::kernel_param_ops const param_array_ops = {0, param_array_set, param_array_get,
                                                  param_array_free};
