// kmalloc by whole pages: a compound page, whose head knows the order.
#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kMessageSize = 96;

void account(slab_caches& caches, long pages)
{
    mod_node_page_state(*caches.env.pgdat, NR_SLAB_UNRECLAIMABLE_B, pages);
}

} // namespace

void* __kmalloc_large_node(slab_caches& caches, size_t size, gfp_t gfp)
{
    unsigned const order = get_order(size);
    page* const head = caches.env.alloc_pages(*caches.env.pgdat, gfp | __GFP_COMP, order);
    if (head == nullptr)
        return nullptr;
    account(caches, 1l << order);
    return direct_map_address(caches.env, *head);
}

void free_large_kmalloc(slab_caches& caches, void* object)
{
    page* const head = direct_map_page(caches.env, object);
    unsigned const order = head != nullptr ? compound_order(*head) : 0;
    if (order == 0) {
        char message[kMessageSize];
        lib::snprintf(message, sizeof(message), "object pointer: 0x%p\n", object);
        WARN_BY(caches.env.warn, message);
        return;
    }
    if (auto const freed = __free_pages(*caches.env.pgdat, *head, order); !freed) {
        WARN_BY(caches.env.warn, freed.error().message);
        return;
    }
    account(caches, -(1l << order));
}

size_t ksize_large(slab_caches const& caches, void const* object)
{
    page* const head = direct_map_page(caches.env, object);
    return head == nullptr ? 0 : kPageSize << compound_order(*head);
}

} // namespace pagelab::mm
