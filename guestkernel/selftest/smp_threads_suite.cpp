// Of threads on all CPUs at once: their calls, flushes and pages do not get in each other's way.
#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/selftest/smp_model.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

// What threads on all CPUs share; each has its own mapped page.
struct crowd {
    context* t;
    records all;
    mapped_page mapped[kMaxCpus];
    unsigned rounds;
    unsigned wrong;
};

void count_shared(void* info)
{
    auto& all = *static_cast<records*>(info);
    __atomic_fetch_add(&all.count[all.smp->this_cpu()], 1, __ATOMIC_RELAXED);
}

void call_from_here(void* info, unsigned)
{
    auto& shared = *static_cast<crowd*>(info);
    for (unsigned i = 0; i < shared.rounds; i++)
        shared.all.smp->call_all(count_shared, &shared.all);
}

// All CPUs call all others at once: none waits for ever, none is forgotten.
void crossed_calls(context& t)
{
    if (!has_cpus(t))
        return;
    auto* const shared = t.take_scratch<crowd>(1);
    EXPECT(t, shared != nullptr);
    unsigned const cpus = t.on.smp->num_online_cpus();
    shared->all.smp = t.on.smp;
    shared->rounds = static_cast<unsigned>(t.steps / 512);
    EXPECT(t, t.on.smp->run_everywhere(call_from_here, shared));
    for (unsigned i = 0; i < cpus; i++)
        EXPECT(t, shared->all.count[i] == cpus * shared->rounds);
}

struct one_look {
    uint32_t const volatile* word;
    uint32_t expected;
    unsigned wrong;
};

void compare_here(void* info)
{
    auto& look = *static_cast<one_look*>(info);
    if (*look.word != look.expected)
        __atomic_fetch_add(&look.wrong, 1, __ATOMIC_RELAXED);
}

void flush_from_here(void* info, unsigned cpu)
{
    auto& shared = *static_cast<crowd*>(info);
    mapped_page const& mine = shared.mapped[cpu];
    unsigned long const address = address_of(mine);
    one_look look = {mine.area, 0, 0};
    for (unsigned i = 0; i < shared.rounds; i++) {
        bool const is_new = i % 2 == 0;
        replace_unflushed(*shared.t, mine, is_new ? *mine.new_page : *mine.old_page);
        shared.all.smp->flush_tlb(address, address + kPageSize);
        look.expected = is_new ? kNew : kOld;
        shared.all.smp->call_all(compare_here, &look);
    }
    __atomic_fetch_add(&shared.wrong, look.wrong, __ATOMIC_RELAXED);
}

// All CPUs replace pages and flush at once: after each flush all see what its CPU has mapped.
void crossed_shootdowns(context& t)
{
    if (!has_cpus(t))
        return;
    auto* const shared = t.take_scratch<crowd>(1);
    EXPECT(t, shared != nullptr);
    unsigned const cpus = t.on.smp->num_online_cpus();
    for (unsigned i = 0; i < cpus; i++) {
        map_old_page(t, shared->mapped[i]);
        RETURN_IF_FAILED(t);
    }
    shared->t = &t;
    shared->all.smp = t.on.smp;
    shared->rounds = static_cast<unsigned>(t.steps / 1024);
    EXPECT(t, t.on.smp->run_everywhere(flush_from_here, shared));
    EXPECT(t, shared->wrong == 0);
    for (unsigned i = 0; i < cpus; i++)
        unmap(t, shared->mapped[i]);
}

constexpr unsigned kHeld = 32;
constexpr unsigned kMaxOrder = 4; // beyond what CPUs keep for themselves

struct block {
    mm::page* first;
    unsigned order;
};

uint32_t* word_of(context& t, block const& b)
{
    return static_cast<uint32_t*>(t.on.highmem->kmap_local_page(*b.first));
}

void churn_here(void* info, unsigned cpu)
{
    auto& shared = *static_cast<crowd*>(info);
    context& t = *shared.t;
    lib::rng random(cpu + 1);
    block held[kHeld] = {};
    unsigned wrong = 0;
    for (unsigned i = 0; i < shared.rounds + kHeld; i++) {
        unsigned const slot = i < shared.rounds ? random.below(kHeld) : i - shared.rounds;
        block& b = held[slot];
        uint32_t const mark = cpu << 16 | slot;
        if (b.first != nullptr) {
            uint32_t* const word = word_of(t, b);
            wrong += *word != mark;
            t.on.highmem->kunmap_local(word);
            if (!mm::__free_pages(t.on.node, *b.first, b.order))
                wrong++;
            b.first = nullptr;
        } else if (i < shared.rounds) {
            b.order = random.below(kMaxOrder + 1);
            b.first = mm::alloc_pages(t.on.node, mm::GFP_KERNEL | mm::__GFP_NOWARN, b.order);
            if (b.first == nullptr)
                continue;
            uint32_t* const word = word_of(t, b);
            *word = mark;
            t.on.highmem->kunmap_local(word);
        }
    }
    __atomic_fetch_add(&shared.wrong, wrong, __ATOMIC_RELAXED);
}

// All CPUs take and give pages at once: none is given to two, none is lost.
void crossed_pages(context& t)
{
    if (!has_cpus(t))
        return;
    auto* const shared = t.take_scratch<crowd>(1);
    EXPECT(t, shared != nullptr);
    shared->t = &t;
    shared->rounds = static_cast<unsigned>(t.steps);
    EXPECT(t, t.on.smp->run_everywhere(churn_here, shared));
    EXPECT(t, shared->wrong == 0);
    EXPECT_SOUND(t, mm::check(t.on.node));
}

constexpr test kTests[] = {
    {"crossed_calls", crossed_calls},
    {"crossed_shootdowns", crossed_shootdowns},
    {"crossed_pages", crossed_pages},
};

} // namespace

constinit suite const kSmpThreadsSuite = make_suite("smp_threads", kTests);

} // namespace pagelab::selftest
