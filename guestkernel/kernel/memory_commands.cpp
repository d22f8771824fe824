// Commands that play with the page allocator: alloc, free, stress, check.
#include "guestkernel/kernel/commands.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/page_alloc.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/check.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/pcp.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kMaxBlocks = 1024;

struct block {
    mm::page* first; // null: a free slot
    unsigned order;
};

block taken[kMaxBlocks];    // by the alloc command
block stressed[kMaxBlocks]; // by the stress command, only while it runs

struct gfp_name {
    char const* name;
    mm::gfp_t gfp;
};

constexpr gfp_name kGfpNames[] = {
    {"kernel", mm::GFP_KERNEL},     {"atomic", mm::GFP_ATOMIC},
    {"dma", mm::GFP_DMA},           {"dma32", mm::GFP_DMA32},
    {"highuser", mm::GFP_HIGHUSER}, {"movable", mm::GFP_HIGHUSER_MOVABLE},
};

// For requests that are meant to be refused at times.
constexpr mm::gfp_t kQuiet = mm::__GFP_NOWARN | mm::__GFP_NORETRY;

lib::Result<mm::gfp_t> parse_gfp(char const* text)
{
    for (gfp_name const& known : kGfpNames) {
        if (strcmp(text, known.name) == 0)
            return known.gfp;
    }
    return static_cast<mm::gfp_t>(TRY(parse_number(text)));
}

block* find_slot(mm::page const* first)
{
    for (block& b : taken) {
        if (b.first == first)
            return &b;
    }
    return nullptr;
}

void report_check()
{
    mm::damage const found = mm::check(node());
    if (found)
        console_printf("check: %s (zone %s, order %u, pfn 0x%llx)\n", found.what,
                       node().node_zones[found.zone].name, found.order,
                       static_cast<unsigned long long>(found.pfn.value));
    else
        console_printf("check: ok, %lu pages free\n", mm::nr_free_pages(node()));
}

// Marsaglia's xorshift64: enough to shuffle, and the same on every run.
uint64_t next_random(uint64_t& state)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

unsigned release(block& b)
{
    if (b.first == nullptr)
        return 0;
    bool const freed = static_cast<bool>(mm::__free_pages(node(), *b.first, b.order));
    b.first = nullptr;
    return freed ? 0 : 1;
}

} // namespace

void run_alloc(int argc, char const* const* argv)
{
    auto const order = argc > 1 ? parse_number(argv[1]) : lib::Error{"which order?"};
    auto const gfp = argc > 2 ? parse_gfp(argv[2]) : mm::GFP_KERNEL;
    if (!order || order.value() >= mm::MAX_ORDER || !gfp) {
        console_puts("alloc: usage: alloc ORDER [GFP], ORDER from 0 to 10\n");
        return;
    }
    block* const slot = find_slot(nullptr);
    if (slot == nullptr) {
        console_puts("alloc: too many blocks taken\n");
        return;
    }
    auto const exponent = static_cast<unsigned>(order.value());
    mm::page* const first = alloc_pages(gfp.value(), exponent);
    if (first == nullptr) {
        console_printf("alloc: page allocation failure: order:%u, mode:0x%x\n", exponent,
                       gfp.value());
        return;
    }
    *slot = {first, exponent};
    console_printf("pfn 0x%llx order %u zone %s\n",
                   static_cast<unsigned long long>(mm::page_to_pfn(node(), *first).value), exponent,
                   mm::page_zone(node(), *first).name);
}

void run_free(int argc, char const* const* argv)
{
    auto const pfn = argc > 1 ? parse_number(argv[1]) : lib::Error{"which page?"};
    if (!pfn) {
        console_puts("free: usage: free PFN\n");
        return;
    }
    block* const slot = find_slot(mm::pfn_to_page(node(), Pfn(pfn.value())));
    if (slot == nullptr || slot->first == nullptr) {
        console_printf("free: %s: not taken by alloc\n", argv[1]);
        return;
    }
    __free_pages(slot->first, slot->order);
    slot->first = nullptr;
}

void run_check(int, char const* const*)
{
    report_check();
}

void run_stress(int argc, char const* const* argv)
{
    auto const count = argc > 1 ? parse_number(argv[1]) : lib::Error{"how many?"};
    auto const seed = argc > 2 ? parse_number(argv[2]) : uint64_t{1};
    if (!count || !seed) {
        console_puts("stress: usage: stress N SEED\n");
        return;
    }
    uint64_t random = seed.value() * 2 + 1; // xorshift's state is never 0
    mm::drain_all_pages(node());
    unsigned long const free_before = mm::nr_free_pages(node());
    uint64_t taken_blocks = 0;
    uint64_t refused = 0;
    unsigned bad_frees = 0;
    for (uint64_t i = 0; i < count.value(); i++) {
        auto const bits = static_cast<uint32_t>(next_random(random) >> 32);
        block& b = stressed[bits % kMaxBlocks];
        if (b.first != nullptr) {
            bad_frees += release(b);
            continue;
        }
        b.order = (bits >> 10) % mm::MAX_ORDER;
        mm::gfp_t const gfp = kGfpNames[(bits >> 20) % 6].gfp | kQuiet;
        b.first = mm::alloc_pages(node(), gfp, b.order);
        (b.first != nullptr ? taken_blocks : refused)++;
    }
    for (block& b : stressed)
        bad_frees += release(b);
    mm::drain_all_pages(node());
    console_printf("stress: %llu taken, %llu refused, %u bad frees, %ld pages lost\n",
                   static_cast<unsigned long long>(taken_blocks),
                   static_cast<unsigned long long>(refused), bad_frees,
                   static_cast<long>(free_before - mm::nr_free_pages(node())));
    report_check();
}

} // namespace pagelab::kernel
