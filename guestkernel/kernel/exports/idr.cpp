// linux/idr.h: numbers for objects, by xa_alloc().
#include "guestkernel/kernel/exports/xarray.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/minmax.hpp"

using namespace pagelab;

namespace {

constexpr uint32_t kIntMax = 0x7fff'ffff;

struct idr {
    kernel::xarray idr_rt;
    unsigned idr_base;
    unsigned idr_next;
};

uint32_t last_before(int end)
{
    return end > 0 ? static_cast<uint32_t>(end - 1) : kIntMax;
}

} // namespace

extern "C" {

int xa_alloc(kernel::xarray* xa, uint32_t* id, void* entry, kernel::xa_limit limit, mm::gfp_t gfp);
int xa_alloc_cyclic(kernel::xarray* xa, uint32_t* id, void* entry, kernel::xa_limit limit,
                    uint32_t* next, mm::gfp_t gfp);
void* xa_find(kernel::xarray* xa, unsigned long* index, unsigned long max, unsigned filter);

int idr_alloc_u32(idr* numbers, void* pointer, uint32_t* id, unsigned long max, mm::gfp_t gfp)
{
    auto const last = static_cast<uint32_t>(lib::min(max, 0xffff'fffful));
    int const error = xa_alloc(&numbers->idr_rt, id, pointer,
                               {last, lib::max(*id, uint32_t{numbers->idr_base})}, gfp);
    return error == -EBUSY ? -ENOSPC : error;
}
EXPORT_SYMBOL_GPL(idr_alloc_u32);

int idr_alloc(idr* numbers, void* pointer, int start, int end, mm::gfp_t gfp)
{
    if (start < 0)
        return -EINVAL;
    auto id = static_cast<uint32_t>(start);
    int const error = idr_alloc_u32(numbers, pointer, &id, last_before(end), gfp);
    return error != 0 ? error : static_cast<int>(id);
}
EXPORT_SYMBOL_GPL(idr_alloc);

int idr_alloc_cyclic(idr* numbers, void* pointer, int start, int end, mm::gfp_t gfp)
{
    uint32_t id = 0;
    int const result = xa_alloc_cyclic(
        &numbers->idr_rt, &id, pointer,
        {last_before(end), static_cast<uint32_t>(lib::max(start, 0))}, &numbers->idr_next, gfp);
    return result == -EBUSY ? -ENOSPC : result < 0 ? result : static_cast<int>(id);
}
EXPORT_SYMBOL(idr_alloc_cyclic);

void* idr_replace(idr* numbers, void* pointer, unsigned long id)
{
    void* old = reinterpret_cast<void*>(-ENOENT);
    kernel::xa_exchange(numbers->idr_rt, id, pointer, &old);
    return old;
}
EXPORT_SYMBOL(idr_replace);

int idr_for_each(idr* numbers, int (*visit)(int id, void* pointer, void* data), void* data)
{
    for (unsigned long id = 0;; id++) {
        void* const pointer = xa_find(&numbers->idr_rt, &id, kIntMax, 0);
        if (pointer == nullptr)
            return 0;
        if (int const result = visit(static_cast<int>(id), pointer, data); result != 0)
            return result;
    }
}
EXPORT_SYMBOL(idr_for_each);

void* idr_get_next(idr* numbers, int* id)
{
    auto next = static_cast<unsigned long>(*id);
    void* const pointer = xa_find(&numbers->idr_rt, &next, kIntMax, 0);
    if (pointer != nullptr)
        *id = static_cast<int>(next);
    return pointer;
}
EXPORT_SYMBOL(idr_get_next);

} // extern "C"
