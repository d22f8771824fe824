// linux/mm.h, linux/highmem.h, linux/shrinker.h, asm/page.h.
#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/page_alloc.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/shrinker.hpp"

using namespace pagelab;
using kernel::high_memory;
using kernel::max_low_pfn;
using kernel::max_pfn;
using kernel::node_data;

EXPORT_SYMBOL(high_memory);
EXPORT_SYMBOL(max_low_pfn);
EXPORT_SYMBOL(max_pfn);
EXPORT_SYMBOL(node_data);
#ifndef __x86_64__
using kernel::mem_map;
EXPORT_SYMBOL(mem_map);
#endif

extern "C" {

void __put_page(mm::page* page)
{
    kernel::put_page(page);
}
EXPORT_SYMBOL(__put_page);

void split_page(mm::page* page, unsigned order)
{
    kernel::split_page(page, order);
}
EXPORT_SYMBOL_GPL(split_page);

unsigned long totalram_pages()
{
    return mm::totalram_pages(kernel::node());
}
EXPORT_SYMBOL(totalram_pages);

unsigned long nr_free_pages()
{
    return mm::nr_free_pages(kernel::node());
}
EXPORT_SYMBOL(nr_free_pages);

// Whether the direct map or the image has a frame of RAM there.
int __virt_addr_valid(unsigned long address)
{
    return kernel::node().env->virt_to_page(reinterpret_cast<void const*>(address)) != nullptr;
}
EXPORT_SYMBOL(__virt_addr_valid);

// The name of a shrinker is for debugging, which there is none of.
int register_shrinker(mm::shrinker* shrinker, char const*, ...)
{
    mm::register_shrinker(kernel::node(), *shrinker);
    return 0;
}
EXPORT_SYMBOL(register_shrinker);

void unregister_shrinker(mm::shrinker* shrinker)
{
    mm::unregister_shrinker(kernel::node(), *shrinker);
}
EXPORT_SYMBOL(unregister_shrinker);

#ifndef __x86_64__
void* page_address(mm::page* page)
{
    return kernel::page_address(*page);
}
EXPORT_SYMBOL(page_address);

void* kmap_high(mm::page* page)
{
    return kernel::kmap(*page);
}
EXPORT_SYMBOL(kmap_high);

void kunmap_high(mm::page* page)
{
    kernel::kunmap(*page);
}
EXPORT_SYMBOL(kunmap_high);

// Of the attributes only the usual ones are ever asked for.
void* __kmap_local_page_prot(mm::page* page, unsigned long)
{
    return kernel::kmap_local_page(*page);
}
EXPORT_SYMBOL(__kmap_local_page_prot);

void kunmap_local_indexed(void const* address)
{
    kernel::kunmap_local(address);
}
EXPORT_SYMBOL(kunmap_local_indexed);
#endif

} // extern "C"
