// Of several CPUs: calls reach each of them, and none keeps a translation that was taken away.
#include "guestkernel/selftest/smp_model.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

void count_here(void* info)
{
    auto& all = *static_cast<records*>(info);
    all.count[all.smp->this_cpu()]++;
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

void look_here(void* info)
{
    auto& all = *static_cast<records*>(info);
    all.seen[all.smp->this_cpu()] = *all.word;
}

// Every CPU has looked at the old page; then the new one takes its place, and all look again.
void see_both(context& t, mapped_page& m, records& all)
{
    map_old_page(t, m);
    RETURN_IF_FAILED(t);
    all.smp = t.on.smp;
    all.word = m.area;
    t.on.smp->call_all(look_here, &all);
    for (unsigned i = 0; i < t.on.smp->num_online_cpus(); i++)
        EXPECT(t, all.seen[i] == kOld);
    replace_unflushed(t, m, *m.new_page);
    t.on.smp->call_all(look_here, &all);
}

// After a flush every CPU sees the new page.
void tlb_shootdown(context& t)
{
    if (!has_cpus(t))
        return;
    mapped_page m = {};
    auto* const all = t.take_scratch<records>(1);
    EXPECT(t, all != nullptr);
    see_both(t, m, *all);
    RETURN_IF_FAILED(t);
    t.on.smp->flush_tlb(address_of(m), address_of(m) + kPageSize);
    t.on.smp->call_all(look_here, all);
    for (unsigned i = 0; i < t.on.smp->num_online_cpus(); i++)
        EXPECT(t, all->seen[i] == kNew);
    unmap(t, m);
}

// Before it some do not: else the test above would show nothing.
void tlb_keeps_what_is_not_flushed(context& t)
{
    if (!has_cpus(t))
        return;
    mapped_page m = {};
    auto* const all = t.take_scratch<records>(1);
    EXPECT(t, all != nullptr);
    see_both(t, m, *all);
    RETURN_IF_FAILED(t);
    unsigned stale = 0;
    for (unsigned i = 0; i < t.on.smp->num_online_cpus(); i++)
        stale += all->seen[i] == kOld;
    if (stale == 0)
        t.skipped = "no CPU kept it";
    t.on.smp->flush_tlb(address_of(m), address_of(m) + kPageSize);
    unmap(t, m);
}

constexpr test kTests[] = {
    {"calls", calls},
    {"tlb_shootdown", tlb_shootdown},
    {"tlb_keeps_what_is_not_flushed", tlb_keeps_what_is_not_flushed},
};

} // namespace

constinit suite const kSmpSuite = make_suite("smp", kTests);

} // namespace pagelab::selftest
