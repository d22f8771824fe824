// The sources are functions without a context of ours: what they need is kept here.
#include "guestkernel/selftest/fail_nth.hpp"

namespace pagelab::selftest {

namespace {

using slab_source = decltype(mm::slab_env::alloc_pages);
using vmalloc_source = decltype(mm::vmalloc_environment::alloc_pages);

struct {
    slab_source slab;
    vmalloc_source vmalloc;
    unsigned long until; // requests that still succeed
    bool happened;
} injected;

bool fails()
{
    if (injected.happened || injected.until-- > 0)
        return false;
    injected.happened = true;
    return true;
}

// Each page counts as a request: those before the one that fails are given.
unsigned long some_pages(void* context, mm::gfp_t gfp, unsigned long count, mm::page** pages)
{
    unsigned long given = 0;
    while (given < count && !fails())
        given++;
    return injected.vmalloc(context, gfp, given, pages);
}

} // namespace

fail_nth::fail_nth(subject& on, unsigned long n) : on_(on)
{
    injected = {nullptr, nullptr, n, false};
    if (on.slabs != nullptr) {
        injected.slab = on.slabs->env.alloc_pages;
        on.slabs->env.alloc_pages = [](mm::pglist_data& node, mm::gfp_t gfp, unsigned order) {
            return fails() ? nullptr : injected.slab(node, gfp, order);
        };
    }
    if (on.vmalloc != nullptr) {
        injected.vmalloc = on.vmalloc->env.alloc_pages;
        on.vmalloc->env.alloc_pages = some_pages;
    }
}

fail_nth::~fail_nth()
{
    if (on_.slabs != nullptr)
        on_.slabs->env.alloc_pages = injected.slab;
    if (on_.vmalloc != nullptr)
        on_.vmalloc->env.alloc_pages = injected.vmalloc;
}

bool fail_nth::has_happened() const
{
    return injected.happened;
}

} // namespace pagelab::selftest
