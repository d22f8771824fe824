// Pages that change under several CPUs.
#include "guestkernel/selftest/smp_model.hpp"

#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/vmap_table.hpp"

namespace pagelab::selftest {

namespace {

void fill(context& t, mm::page& p, uint32_t word)
{
    auto* const view = static_cast<uint32_t*>(t.on.highmem->kmap_local_page(p));
    *view = word;
    t.on.highmem->kunmap_local(view);
}

} // namespace

bool has_cpus(context& t)
{
    if (t.on.smp == nullptr || t.on.smp->num_online_cpus() < 2)
        t.skipped = "one CPU";
    return t.skipped == nullptr;
}

void map_old_page(context& t, mapped_page& m)
{
    m.old_page = mm::alloc_pages(t.on.node, mm::GFP_KERNEL, 0);
    m.new_page = mm::alloc_pages(t.on.node, mm::GFP_KERNEL, 0);
    EXPECT(t, m.old_page != nullptr && m.new_page != nullptr);
    fill(t, *m.old_page, kOld);
    fill(t, *m.new_page, kNew);
    auto const area = mm::vmap(*t.on.vmalloc, &m.old_page, 1, 0, t.on.vmalloc_prot, nullptr);
    EXPECT(t, area);
    m.area = static_cast<uint32_t*>(area.value());
    EXPECT(t, mm::find_pte(t.on.vmalloc->table, address_of(m)) != nullptr);
}

void replace_unflushed(context& t, mapped_page const& m, mm::page& p)
{
    PhysAddr const frame = pfn_to_phys(mm::page_to_pfn(t.on.node, p));
    *mm::find_pte(t.on.vmalloc->table, address_of(m)) =
        frame.value | (t.on.vmalloc_prot & t.on.vmalloc->table.supported_flags);
}

void unmap(context& t, mapped_page const& m)
{
    EXPECT(t, mm::vunmap(*t.on.vmalloc, m.area));
    EXPECT(t, mm::__free_pages(t.on.node, *m.old_page, 0));
    EXPECT(t, mm::__free_pages(t.on.node, *m.new_page, 0));
}

} // namespace pagelab::selftest
