// Of several CPUs: calls reach each of them, and none keeps a translation that was taken away.
#include "guestkernel/mm/highmem.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/vmalloc.hpp"
#include "guestkernel/mm/vmap_table.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

constexpr unsigned kMaxCpus = 64;
constexpr uint32_t kOld = 0x6f6c'6421, kNew = 0x6e65'7721;

bool has_cpus(context& t)
{
    if (t.on.smp == nullptr || t.on.smp->num_online_cpus() < 2)
        t.skipped = "one CPU";
    return t.skipped == nullptr;
}

// What the calls find: a count, and a word to look at, of each CPU.
struct records {
    smp_functions const* smp;
    uint32_t const volatile* word;
    unsigned count[kMaxCpus];
    uint32_t seen[kMaxCpus];
};

void count_here(void* info)
{
    auto& all = *static_cast<records*>(info);
    all.count[all.smp->this_cpu()]++;
}

void look_here(void* info)
{
    auto& all = *static_cast<records*>(info);
    all.seen[all.smp->this_cpu()] = *all.word;
}

// Each CPU counts for itself every call that was made to it, and no other.
void calls(context& t)
{
    if (!has_cpus(t))
        return;
    smp_functions const& smp = *t.on.smp;
    unsigned const cpus = smp.num_online_cpus();
    auto* const all = t.take_scratch<records>(1);
    auto* const expected = t.take_scratch<unsigned>(kMaxCpus);
    EXPECT(t, all != nullptr && expected != nullptr);
    all->smp = &smp;
    for (t.step = 0; t.step < t.steps / 16; t.step++) {
        unsigned const cpu = t.random.below(cpus);
        switch (t.random.below(3)) {
        case 0:
            smp.call_all(count_here, all);
            for (unsigned i = 0; i < cpus; i++)
                expected[i]++;
            break;
        case 1:
            smp.call(cpu, count_here, all);
            expected[cpu]++;
            EXPECT(t, all->count[cpu] == expected[cpu]);
            break;
        default:
            smp.call_without_waiting(cpu, count_here, all);
            expected[cpu]++;
        }
    }
    smp.call_all(count_here, all); // behind all that nobody waited for
    for (unsigned i = 0; i < cpus; i++)
        EXPECT(t, all->count[i] == expected[i] + 1);
}

// A page mapped for the test, and one to take its place.
struct pages {
    mm::page* old_page;
    mm::page* new_page;
    uint32_t* area;
};

void fill(context& t, mm::page& p, uint32_t word)
{
    auto* const view = static_cast<uint32_t*>(t.on.highmem->kmap_local_page(p));
    *view = word;
    t.on.highmem->kunmap_local(view);
}

// Leaves the table's entry at the new page, and each CPU's look at it, unflushed, in `all`.
void replace_unflushed(context& t, pages& mapped, records& all)
{
    mapped.old_page = mm::alloc_pages(t.on.node, mm::GFP_KERNEL, 0);
    mapped.new_page = mm::alloc_pages(t.on.node, mm::GFP_KERNEL, 0);
    EXPECT(t, mapped.old_page != nullptr && mapped.new_page != nullptr);
    fill(t, *mapped.old_page, kOld);
    fill(t, *mapped.new_page, kNew);
    auto const area = mm::vmap(*t.on.vmalloc, &mapped.old_page, 1, 0, t.on.vmalloc_prot, nullptr);
    EXPECT(t, area);
    mapped.area = static_cast<uint32_t*>(area.value());
    all.smp = t.on.smp;
    all.word = mapped.area;
    t.on.smp->call_all(look_here, &all);
    for (unsigned i = 0; i < t.on.smp->num_online_cpus(); i++)
        EXPECT(t, all.seen[i] == kOld);
    auto const address = reinterpret_cast<unsigned long>(mapped.area);
    uint64_t* const entry = mm::find_pte(t.on.vmalloc->table, address);
    EXPECT(t, entry != nullptr);
    PhysAddr const frame = pfn_to_phys(mm::page_to_pfn(t.on.node, *mapped.new_page));
    *entry = frame.value | (t.on.vmalloc_prot & t.on.vmalloc->table.supported_flags);
    t.on.smp->call_all(look_here, &all);
}

void give_back(context& t, pages const& mapped)
{
    EXPECT(t, mm::vunmap(*t.on.vmalloc, mapped.area));
    EXPECT(t, mm::__free_pages(t.on.node, *mapped.old_page, 0));
    EXPECT(t, mm::__free_pages(t.on.node, *mapped.new_page, 0));
}

// After a flush every CPU sees the new page.
void tlb_shootdown(context& t)
{
    if (!has_cpus(t))
        return;
    pages mapped = {};
    auto* const all = t.take_scratch<records>(1);
    EXPECT(t, all != nullptr);
    replace_unflushed(t, mapped, *all);
    RETURN_IF_FAILED(t);
    auto const address = reinterpret_cast<unsigned long>(mapped.area);
    t.on.smp->flush_tlb(address, address + kPageSize);
    t.on.smp->call_all(look_here, all);
    for (unsigned i = 0; i < t.on.smp->num_online_cpus(); i++)
        EXPECT(t, all->seen[i] == kNew);
    give_back(t, mapped);
}

// Before it some do not: else the test above would show nothing.
void tlb_keeps_what_is_not_flushed(context& t)
{
    if (!has_cpus(t))
        return;
    pages mapped = {};
    auto* const all = t.take_scratch<records>(1);
    EXPECT(t, all != nullptr);
    replace_unflushed(t, mapped, *all);
    RETURN_IF_FAILED(t);
    unsigned stale = 0;
    for (unsigned i = 0; i < t.on.smp->num_online_cpus(); i++)
        stale += all->seen[i] == kOld;
    if (stale == 0)
        t.skipped = "no CPU kept it";
    give_back(t, mapped);
}

constexpr test kTests[] = {
    {"calls", calls},
    {"tlb_shootdown", tlb_shootdown},
    {"tlb_keeps_what_is_not_flushed", tlb_keeps_what_is_not_flushed},
};

} // namespace

constinit suite const kSmpSuite = make_suite("smp", kTests);

} // namespace pagelab::selftest
