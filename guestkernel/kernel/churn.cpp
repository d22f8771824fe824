// A table of slots, each empty or holding one thing of one kind; a step takes or gives back.
#include "guestkernel/kernel/churn.hpp"

#include "guestkernel/kernel/commands.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/random.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kSlots = 1024;
constexpr mm::gfp_t kQuiet = mm::__GFP_NOWARN | mm::__GFP_NORETRY;

constexpr mm::gfp_t kPageKinds[] = {
    mm::GFP_KERNEL, mm::GFP_ATOMIC,   mm::GFP_DMA,
    mm::GFP_DMA32,  mm::GFP_HIGHUSER, mm::GFP_HIGHUSER_MOVABLE,
};

struct holding;

// How one kind of memory is taken and given back. `amount` is random; false means refused.
struct kind {
    bool (*take)(holding& h, uint32_t amount);
    bool (*give_back)(holding& h); // false: it was damaged
};

struct holding {
    kind const* of; // null: an empty slot
    void* thing;
    uint32_t amount; // the kind's own: an order, a size
};

holding slots[kSlots];

bool take_pages(holding& h, uint32_t amount)
{
    h.amount = amount % mm::MAX_ORDER;
    mm::gfp_t const gfp = kPageKinds[amount / 16 % 6] | kQuiet;
    h.thing = mm::alloc_pages(node(), gfp, h.amount);
    return h.thing != nullptr;
}

bool give_back_pages(holding& h)
{
    return static_cast<bool>(mm::__free_pages(node(), *static_cast<mm::page*>(h.thing), h.amount));
}

bool take_area(holding& h, uint32_t amount)
{
    h.amount = (1 + amount % 32) * static_cast<uint32_t>(kPageSize);
    h.thing = __vmalloc(h.amount, mm::GFP_KERNEL | mm::__GFP_HIGHMEM | kQuiet);
    if (h.thing == nullptr)
        return false;
    *static_cast<uint32_t*>(h.thing) = ~h.amount;
    return true;
}

bool give_back_area(holding& h)
{
    bool const intact = *static_cast<uint32_t*>(h.thing) == ~h.amount;
    vfree(h.thing);
    return intact;
}

bool take_mapped_page(holding& h, uint32_t amount)
{
    mm::page* const p = mm::alloc_pages(node(), mm::GFP_HIGHUSER | kQuiet, 0);
    if (p == nullptr)
        return false;
    auto* const word = static_cast<uint32_t*>(kmap_nowait(*p));
    if (word == nullptr) {
        mm::__free_pages(node(), *p, 0).value();
        return false;
    }
    *word = h.amount = amount;
    h.thing = p;
    return true;
}

bool give_back_mapped_page(holding& h)
{
    auto& p = *static_cast<mm::page*>(h.thing);
    bool const intact = *static_cast<uint32_t*>(page_address(p)) == h.amount;
    kunmap(p);
    return static_cast<bool>(mm::__free_pages(node(), p, 0)) && intact;
}

bool take_object(holding& h, uint32_t amount)
{
    constexpr uint32_t kLargest = 12'000; // bytes
    h.amount = sizeof(uint32_t) + amount % (kLargest >> amount / kLargest % 12);
    h.thing = kmalloc(h.amount, mm::GFP_KERNEL | kQuiet);
    if (h.thing == nullptr)
        return false;
    *static_cast<uint32_t*>(h.thing) = ~h.amount;
    return true;
}

bool give_back_object(holding& h)
{
    bool const intact = *static_cast<uint32_t*>(h.thing) == ~h.amount;
    kfree(h.thing);
    return intact;
}

constexpr kind kKinds[] = {
    {take_object, give_back_object},
    {take_object, give_back_object}, // twice as likely as others
    {take_pages, give_back_pages},
    {take_area, give_back_area},
    {take_mapped_page, give_back_mapped_page},
};
constexpr unsigned kNrKinds = sizeof(kKinds) / sizeof(kKinds[0]);

unsigned release(holding& h)
{
    if (h.of == nullptr)
        return 0;
    bool const intact = h.of->give_back(h);
    h.of = nullptr;
    return intact ? 0 : 1;
}

} // namespace

churn_result churn(uint64_t steps, uint64_t seed)
{
    lib::rng random(seed);
    churn_result result;
    for (uint64_t i = 0; i < steps; i++) {
        holding& h = slots[random.below(kSlots)];
        if (h.of != nullptr) {
            result.damaged += release(h);
            continue;
        }
        kind const& chosen = kKinds[random.below(kNrKinds)];
        bool const taken = chosen.take(h, random.next());
        h.of = taken ? &chosen : nullptr;
        (taken ? result.taken : result.refused)++;
    }
    return result;
}

unsigned churn_release()
{
    unsigned damaged = 0;
    for (holding& h : slots)
        damaged += release(h);
    return damaged;
}

void run_churn(int argc, char const* const* argv)
{
    auto const steps = argc > 1 ? parse_number(argv[1]) : lib::Error{"how many?"};
    auto const seed = argc > 2 ? parse_number(argv[2]) : uint64_t{1};
    if (!steps || !seed) {
        console_puts("churn: usage: churn N [SEED]\n");
        return;
    }
    churn_result const result = churn(steps.value(), seed.value());
    unsigned const damaged = result.damaged + (steps.value() == 0 ? churn_release() : 0);
    console_printf("churn: %llu taken, %llu refused, %u damaged\n",
                   static_cast<unsigned long long>(result.taken),
                   static_cast<unsigned long long>(result.refused), damaged);
}

} // namespace pagelab::kernel
