// The page allocator's door for the rest of the kernel.
#include "guestkernel/kernel/page_alloc.hpp"

#include "guestkernel/lib/bug.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/page_prep.hpp"

namespace pagelab::kernel {

namespace {

void report_bad_free(mm::page const& p, lib::Result<> const& freed)
{
    if (freed)
        return;
    mm::report_bad_page(node(), p, freed.error().message);
    add_taint(mm::TAINT_BAD_PAGE);
}

mm::page* page_at(unsigned long address)
{
    return node().env->virt_to_page(reinterpret_cast<void const*>(address));
}

} // namespace

mm::page* __alloc_pages(mm::pglist_data& pgdat, mm::gfp_t gfp, unsigned order)
{
    if (order >= mm::MAX_ORDER) [[unlikely]] {
        WARN_ON_ONCE((gfp & mm::__GFP_NOWARN) == 0);
        return nullptr;
    }
    return mm::alloc_pages(pgdat, gfp, order);
}

mm::page* alloc_pages(mm::gfp_t gfp, unsigned order)
{
    return __alloc_pages(node(), gfp, order);
}

void __free_pages(mm::page* first, unsigned order)
{
    report_bad_free(*first, mm::__free_pages(node(), *first, order));
}

unsigned long __get_free_pages(mm::gfp_t gfp, unsigned order)
{
    if (order >= mm::MAX_ORDER)
        return reinterpret_cast<unsigned long>(alloc_pages(gfp, order));
    return mm::__get_free_pages(node(), gfp, order);
}

unsigned long get_zeroed_page(mm::gfp_t gfp)
{
    return mm::get_zeroed_page(node(), gfp);
}

void free_pages(unsigned long address, unsigned order)
{
    if (address == 0)
        return;
    mm::page* const first = page_at(address);
    WARN_ON_ONCE(first == nullptr);
    if (first != nullptr)
        __free_pages(first, order);
}

void* alloc_pages_exact(size_t size, mm::gfp_t gfp)
{
    return mm::alloc_pages_exact(node(), size, gfp);
}

void free_pages_exact(void* address, size_t size)
{
    mm::page* const first = page_at(reinterpret_cast<unsigned long>(address));
    WARN_ON_ONCE(first == nullptr);
    if (first != nullptr)
        report_bad_free(*first, mm::free_pages_exact(node(), address, size));
}

void put_page(mm::page* p)
{
    report_bad_free(*p, mm::put_page(node(), *p));
}

void split_page(mm::page* first, unsigned order)
{
    mm::split_page(*first, order);
}

} // namespace pagelab::kernel
