// linux/vmalloc.h, and linux/io.h's ioremap.
#include "guestkernel/kernel/vmalloc.hpp"

#include "guestkernel/kernel/export.hpp"

using namespace pagelab;

namespace {

constexpr mm::gfp_t kZeroed = mm::GFP_KERNEL | mm::__GFP_ZERO;

} // namespace

#define CALLER __builtin_return_address(0)

extern "C" {

void* vmalloc(unsigned long size)
{
    return kernel::vmalloc_caller(size, mm::GFP_KERNEL, 0, CALLER);
}
EXPORT_SYMBOL(vmalloc);

void* vzalloc(unsigned long size)
{
    return kernel::vmalloc_caller(size, kZeroed, 0, CALLER);
}
EXPORT_SYMBOL(vzalloc);

void* vmalloc_user(unsigned long size)
{
    return kernel::vmalloc_caller(size, kZeroed, mm::VM_USERMAP, CALLER);
}
EXPORT_SYMBOL(vmalloc_user);

void* vmalloc_32(unsigned long size)
{
    return kernel::vmalloc_caller(size, mm::GFP_KERNEL | mm::__GFP_DMA32, 0, CALLER);
}
EXPORT_SYMBOL(vmalloc_32);

void* __vmalloc(unsigned long size, mm::gfp_t gfp)
{
    return kernel::vmalloc_caller(size, gfp, 0, CALLER);
}
EXPORT_SYMBOL_GPL(__vmalloc);

void vfree(void const* address)
{
    kernel::vfree(address);
}
EXPORT_SYMBOL(vfree);

void vunmap(void const* address)
{
    kernel::vunmap(address);
}
EXPORT_SYMBOL(vunmap);

bool is_vmalloc_addr(void const* address)
{
    return kernel::is_vmalloc_addr(address);
}
EXPORT_SYMBOL(is_vmalloc_addr);

mm::page* vmalloc_to_page(void const* address)
{
    return kernel::vmalloc_to_page(address);
}
EXPORT_SYMBOL(vmalloc_to_page);

unsigned long vmalloc_to_pfn(void const* address)
{
    return static_cast<unsigned long>(kernel::vmalloc_to_pfn(address).value);
}
EXPORT_SYMBOL(vmalloc_to_pfn);

void vm_unmap_aliases()
{
    mm::vm_unmap_aliases(kernel::vmalloc_memory());
}
EXPORT_SYMBOL_GPL(vm_unmap_aliases);

void* ioremap(uint64_t physical, unsigned long size)
{
    return kernel::ioremap(PhysAddr(physical), size);
}
EXPORT_SYMBOL(ioremap);

void iounmap(void const volatile* address)
{
    kernel::iounmap(const_cast<void const*>(address));
}
EXPORT_SYMBOL(iounmap);

} // extern "C"
