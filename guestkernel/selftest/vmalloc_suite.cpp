// Of vmalloc: areas that come and go, against a plain list of what is held.
#include "guestkernel/selftest/fail_nth.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

constexpr unsigned kMaxAreas = 128;
constexpr unsigned kMaxPages = 32; // of an area
constexpr mm::gfp_t kQuiet = mm::GFP_KERNEL | mm::__GFP_NOWARN | mm::__GFP_NORETRY;

struct area {
    char* start;
    unsigned pages;
    uint32_t stamp;
};

struct areas {
    area* held;
    unsigned count;
};

mm::vm_request request_for(context& t, unsigned long bytes)
{
    return mm::vmalloc_request(*t.on.vmalloc, bytes, kQuiet, t.on.vmalloc_prot, nullptr);
}

// The word that belongs at the begin of each page.
uint32_t& word_of(area const& a, unsigned page)
{
    return *reinterpret_cast<uint32_t*>(a.start + page * kPageSize);
}

void write_stamps(context& t, area const& a)
{
    if (t.on.vmalloc_reach == reach::kTables)
        return;
    for (unsigned i = 0; i < a.pages; i++)
        word_of(a, i) = a.stamp + i;
}

void expect_stamps(context& t, area const& a)
{
    if (t.on.vmalloc_reach == reach::kTables)
        return;
    for (unsigned i = 0; i < a.pages; i++)
        EXPECT(t, word_of(a, i) == a.stamp + i);
}

// Apart from all others by a page at least, inside the window, with a page behind every address.
void examine(context& t, areas const& all, area const& a)
{
    mm::vmalloc_state const& v = *t.on.vmalloc;
    auto const start = reinterpret_cast<uintptr_t>(a.start);
    EXPECT(t, start >= v.start && start + (a.pages + 1) * kPageSize <= v.end);
    for (unsigned i = 0; i < all.count; i++) {
        auto const other = reinterpret_cast<uintptr_t>(all.held[i].start);
        EXPECT(t, start + a.pages * kPageSize < other ||
                      other + all.held[i].pages * kPageSize < start);
    }
    for (unsigned i = 0; i < a.pages; i++)
        EXPECT(t, mm::vmalloc_to_page(v, a.start + i * kPageSize) != nullptr);
    EXPECT(t, mm::vmalloc_to_page(v, a.start + a.pages * kPageSize) == nullptr);
}

void take(context& t, areas& all)
{
    unsigned const pages = 1 + t.random.below(kMaxPages);
    auto const start = mm::vmalloc_range(*t.on.vmalloc, request_for(t, pages * kPageSize));
    if (!start)
        return;
    area const a = {static_cast<char*>(start.value()), pages, t.random.next()};
    examine(t, all, a);
    write_stamps(t, a);
    all.held[all.count++] = a;
}

void give_back(context& t, areas& all, unsigned index)
{
    area const a = all.held[index];
    all.held[index] = all.held[--all.count];
    expect_stamps(t, a);
    EXPECT(t, mm::vfree(*t.on.vmalloc, a.start));
}

void random_walk(context& t)
{
    areas all = {t.take_scratch<area>(kMaxAreas), 0};
    EXPECT(t, all.held != nullptr);
    unsigned long const pages_before = t.on.vmalloc->nr_vmalloc_pages;
    for (t.step = 0; t.step < t.steps; t.step++) {
        if (all.count == 0 || (all.count < kMaxAreas && t.random.below(2) == 0))
            take(t, all);
        else
            give_back(t, all, t.random.below(all.count));
        RETURN_IF_FAILED(t);
        if (t.step % t.check_every == 0)
            EXPECT_NULL_DAMAGE(t, mm::check_vmalloc(*t.on.vmalloc));
    }
    while (all.count > 0)
        give_back(t, all, all.count - 1);
    RETURN_IF_FAILED(t);
    EXPECT(t, t.on.vmalloc->nr_vmalloc_pages == pages_before);
    mm::vm_unmap_aliases(*t.on.vmalloc);
    EXPECT_NULL_DAMAGE(t, mm::check_vmalloc(*t.on.vmalloc));
}

// Nothing, more than there is, and what was never taken: errors that change nothing.
void refusals(context& t)
{
    mm::vmalloc_state& v = *t.on.vmalloc;
    unsigned long const pages_before = v.nr_vmalloc_pages;
    EXPECT(t, !mm::vmalloc_range(v, request_for(t, 0)));
    EXPECT(t, !mm::vmalloc_range(v, request_for(t, v.end - v.start)));
    auto const start = mm::vmalloc_range(v, request_for(t, 2 * kPageSize));
    EXPECT(t, start);
    EXPECT(t, !mm::vfree(v, static_cast<char*>(start.value()) + 1));
    EXPECT(t, mm::vfree(v, start.value()));
    EXPECT(t, !mm::vfree(v, start.value()));
    EXPECT(t, mm::vfree(v, nullptr));
    EXPECT(t, v.nr_vmalloc_pages == pages_before);
    EXPECT_NULL_DAMAGE(t, mm::check_vmalloc(v));
}

// Every page of an area fails to come, in turn: nothing is left behind, and at last it works.
void out_of_memory(context& t)
{
    constexpr unsigned long kSize = 20 * kPageSize;
    mm::vmalloc_state& v = *t.on.vmalloc;
    unsigned long const pages_before = v.nr_vmalloc_pages;
    for (t.step = 0;; t.step++) {
        fail_nth const failing(t.on, static_cast<unsigned long>(t.step));
        auto const start = mm::vmalloc_range(v, request_for(t, kSize));
        if (start)
            EXPECT(t, mm::vfree(v, start.value()));
        EXPECT(t, v.nr_vmalloc_pages == pages_before);
        EXPECT_NULL_DAMAGE(t, mm::check_vmalloc(v));
        if (!failing.has_happened()) {
            EXPECT(t, start && t.step >= kSize / kPageSize);
            return;
        }
    }
}

// An area's pages a second time, the other way round: both see the same, and the pages stay.
void map_pages_twice(context& t)
{
    constexpr unsigned kPages = 5;
    mm::vmalloc_state& v = *t.on.vmalloc;
    auto const start = mm::vmalloc_range(v, request_for(t, kPages * kPageSize));
    EXPECT(t, start);
    area const a = {static_cast<char*>(start.value()), kPages, t.random.next()};
    write_stamps(t, a);
    mm::page* pages[kPages];
    for (unsigned i = 0; i < kPages; i++)
        pages[i] = mm::vmalloc_to_page(v, a.start + (kPages - 1 - i) * kPageSize);
    auto const second = mm::vmap(v, pages, kPages, 0, t.on.vmalloc_prot, nullptr);
    EXPECT(t, second);
    area const b = {static_cast<char*>(second.value()), kPages, 0};
    for (unsigned i = 0; i < kPages; i++) {
        EXPECT(t, mm::vmalloc_to_page(v, b.start + i * kPageSize) == pages[i]);
        if (t.on.vmalloc_reach == reach::kMemory)
            EXPECT(t, word_of(b, i) == a.stamp + kPages - 1 - i);
    }
    EXPECT_NULL_DAMAGE(t, mm::check_vmalloc(v));
    EXPECT(t, mm::vunmap(v, b.start));
    EXPECT(t, mm::vmalloc_to_page(v, b.start) == nullptr);
    EXPECT(t, !mm::vunmap(v, b.start));
    expect_stamps(t, a);
    RETURN_IF_FAILED(t);
    EXPECT(t, mm::vfree(v, a.start));
}

// Bytes across the end of a page by their physical address: of a block of ours, not of a device.
void map_io_memory(context& t)
{
    constexpr unsigned kOffset = 0xffc;
    mm::vmalloc_state& v = *t.on.vmalloc;
    auto const start = mm::vmalloc_range(v, request_for(t, kPageSize));
    EXPECT(t, start);
    area const a = {static_cast<char*>(start.value()), 1, t.random.next()};
    write_stamps(t, a);
    mm::page const& first = *mm::vmalloc_to_page(v, a.start);
    PhysAddr const physical = pfn_to_phys(mm::page_to_pfn(*v.env.pgdat, first));
    auto const whole = mm::ioremap(v, physical, kPageSize, t.on.vmalloc_prot, nullptr);
    auto const piece =
        mm::ioremap(v, PhysAddr(physical.value + kOffset), 8, t.on.vmalloc_prot, nullptr);
    EXPECT(t, whole && piece);
    EXPECT(t, reinterpret_cast<uintptr_t>(whole.value()) % kPageSize == 0);
    EXPECT(t, reinterpret_cast<uintptr_t>(piece.value()) % (2 * kPageSize) == kOffset);
    EXPECT(t, mm::find_vm_area(v, piece.value())->phys_addr == physical);
    EXPECT(t, mm::find_vm_area(v, piece.value())->size == 3 * kPageSize); // and a guard
    expect_stamps(t, {static_cast<char*>(whole.value()), 1, a.stamp});
    RETURN_IF_FAILED(t);
    EXPECT_NULL_DAMAGE(t, mm::check_vmalloc(v));
    EXPECT(t, !mm::iounmap(v, a.start));
    EXPECT(t, mm::iounmap(v, piece.value()));
    EXPECT(t, mm::iounmap(v, whole.value()));
    EXPECT(t, !mm::iounmap(v, whole.value()));
    EXPECT(t, mm::vfree(v, a.start));
    EXPECT_NULL_DAMAGE(t, mm::check_vmalloc(v));
}

template<void (*kRun)(context&)>
void if_there_is_vmalloc(context& t)
{
    if (t.on.vmalloc == nullptr)
        t.skipped = "no vmalloc";
    else
        kRun(t);
}

constexpr test kTests[] = {
    {"random_walk", if_there_is_vmalloc<random_walk>},
    {"refusals", if_there_is_vmalloc<refusals>},
    {"out_of_memory", if_there_is_vmalloc<out_of_memory>},
    {"map_pages_twice", if_there_is_vmalloc<map_pages_twice>},
    {"map_io_memory", if_there_is_vmalloc<map_io_memory>},
};

} // namespace

constinit suite const kVmallocSuite = make_suite("vmalloc", kTests);

} // namespace pagelab::selftest
