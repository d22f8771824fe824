// Of per-CPU memory: each CPU's copy of an object is its own, and begins zeroed.
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/percpu.hpp"
#include "guestkernel/selftest/suites.hpp"

namespace pagelab::selftest {

namespace {

constexpr unsigned kMaxObjects = 256;
constexpr unsigned kMaxSize = 512;

struct object {
    uintptr_t pointer;
    uint32_t size;
    unsigned char fill; // of unit 0's copy; each further one adds 1
};

struct objects {
    object* held;
    unsigned count;
};

unsigned char* copy_of(context& t, object const& o, unsigned unit)
{
    return reinterpret_cast<unsigned char*>(o.pointer + mm::pcpu_unit_offset(*t.on.percpu, unit));
}

bool is_filled(unsigned char const* start, uint32_t size, unsigned char fill)
{
    for (uint32_t i = 0; i < size; i++) {
        if (start[i] != fill)
            return false;
    }
    return true;
}

void take(context& t, objects& all)
{
    uint32_t const size = 1 + t.random.below(kMaxSize);
    uint32_t const align = 1u << t.random.below(8);
    auto const pointer = mm::pcpu_alloc(*t.on.percpu, size, align);
    if (!pointer)
        return;
    object const o = {pointer.value(), size, static_cast<unsigned char>(t.random.next())};
    all.held[all.count++] = o;
    EXPECT(t, reinterpret_cast<uintptr_t>(copy_of(t, o, 0)) % align == 0);
    for (unsigned unit = 0; unit < t.on.percpu->layout.nr_units; unit++) {
        unsigned char* const copy = copy_of(t, o, unit);
        EXPECT(t, is_filled(copy, size, 0));
        memset(copy, o.fill + static_cast<int>(unit), size);
    }
}

void give_back(context& t, objects& all, unsigned index)
{
    object const o = all.held[index];
    all.held[index] = all.held[--all.count];
    for (unsigned unit = 0; unit < t.on.percpu->layout.nr_units; unit++)
        EXPECT(t,
               is_filled(copy_of(t, o, unit), o.size, static_cast<unsigned char>(o.fill + unit)));
    EXPECT(t, mm::pcpu_free(*t.on.percpu, o.pointer));
}

void random_walk(context& t)
{
    if (t.on.percpu == nullptr) {
        t.skipped = "no per-CPU memory";
        return;
    }
    objects all = {t.take_scratch<object>(kMaxObjects), 0};
    EXPECT(t, all.held != nullptr);
    for (t.step = 0; t.step < t.steps; t.step++) {
        if (all.count == 0 || (all.count < kMaxObjects && t.random.below(2) == 0))
            take(t, all);
        else
            give_back(t, all, t.random.below(all.count));
        RETURN_IF_FAILED(t);
        if (t.step % t.check_every == 0)
            EXPECT_NULL_DAMAGE(t, mm::check_percpu(*t.on.percpu));
    }
    while (all.count > 0)
        give_back(t, all, all.count - 1);
    RETURN_IF_FAILED(t);
    EXPECT_NULL_DAMAGE(t, mm::check_percpu(*t.on.percpu));
}

// Errors that change nothing.
void refusals(context& t)
{
    if (t.on.percpu == nullptr) {
        t.skipped = "no per-CPU memory";
        return;
    }
    mm::pcpu_state& p = *t.on.percpu;
    EXPECT(t, !mm::pcpu_alloc(p, 0, 4));
    EXPECT(t, !mm::pcpu_alloc(p, 8, 3));
    EXPECT(t, !mm::pcpu_alloc(p, mm::PCPU_MIN_UNIT_SIZE + 1, 4));
    auto const pointer = mm::pcpu_alloc(p, 64, 8);
    EXPECT(t, pointer);
    EXPECT(t, !mm::pcpu_free(p, pointer.value() + 8));
    EXPECT(t, mm::pcpu_free(p, pointer.value()));
    EXPECT(t, !mm::pcpu_free(p, pointer.value()));
    EXPECT_NULL_DAMAGE(t, mm::check_percpu(p));
}

constexpr test kTests[] = {
    {"random_walk", random_walk},
    {"refusals", refusals},
};

} // namespace

constinit suite const kPercpuSuite = make_suite("percpu", kTests);

} // namespace pagelab::selftest
