// linux/gfp.h.
#include "guestkernel/kernel/page_alloc.hpp"

#include "guestkernel/kernel/export.hpp"

using namespace pagelab;

extern "C" {

mm::page* __alloc_pages(mm::gfp_t gfp, unsigned order, int, void*)
{
    return kernel::alloc_pages(gfp, order);
}
EXPORT_SYMBOL(__alloc_pages);

void __free_pages(mm::page* page, unsigned order)
{
    kernel::__free_pages(page, order);
}
EXPORT_SYMBOL(__free_pages);

unsigned long __get_free_pages(mm::gfp_t gfp, unsigned order)
{
    return kernel::__get_free_pages(gfp, order);
}
EXPORT_SYMBOL(__get_free_pages);

unsigned long get_zeroed_page(mm::gfp_t gfp)
{
    return kernel::get_zeroed_page(gfp);
}
EXPORT_SYMBOL(get_zeroed_page);

void free_pages(unsigned long address, unsigned order)
{
    kernel::free_pages(address, order);
}
EXPORT_SYMBOL(free_pages);

void* alloc_pages_exact(size_t size, mm::gfp_t gfp)
{
    return kernel::alloc_pages_exact(size, gfp);
}
EXPORT_SYMBOL(alloc_pages_exact);

void free_pages_exact(void* address, size_t size)
{
    kernel::free_pages_exact(address, size);
}
EXPORT_SYMBOL(free_pages_exact);

} // extern "C"
