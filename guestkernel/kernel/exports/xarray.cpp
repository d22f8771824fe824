// linux/xarray.h.
#include "guestkernel/kernel/exports/xarray.hpp"

#include "guestkernel/kernel/export.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"

using namespace pagelab;
using kernel::node_of;
using kernel::xa_limit;
using kernel::xa_lower_bound;
using kernel::xa_node;
using kernel::xa_taken_from;
using kernel::xarray;

namespace {

class locked {
  public:
    explicit locked(xarray& xa) : xa_(xa) { lib::spin_lock_irqsave(xa_.xa_lock, flags_); }
    ~locked() { lib::spin_unlock_irqrestore(xa_.xa_lock, flags_); }
    locked(locked const&) = delete;
    locked& operator=(locked const&) = delete;

  private:
    xarray& xa_;
    unsigned long flags_ = 0;
};

void* error_entry(long error)
{
    return reinterpret_cast<void*>(static_cast<unsigned long>(error) << 2 | 2);
}

xa_node* find(xarray const& xa, unsigned long index)
{
    xa_node* const node = xa_lower_bound(xa, index);
    return node != nullptr && node->index == index ? node : nullptr;
}

// A node that is there unless it was needed.
class spare_node {
  public:
    ~spare_node() { kernel::kfree(node_); }
    spare_node() = default;
    spare_node(spare_node const&) = delete;
    spare_node& operator=(spare_node const&) = delete;

    bool is_there() const { return node_ != nullptr; }

    bool allocate(mm::gfp_t gfp)
    {
        node_ = static_cast<xa_node*>(kernel::kmalloc(sizeof(xa_node), gfp));
        return is_there();
    }

    void put(xarray& xa, unsigned long index, void* entry)
    {
        node_->index = index;
        node_->entry = entry;
        kernel::xa_insert_node(xa, *node_);
        node_ = nullptr;
    }

  private:
    xa_node* node_ = nullptr;
};

void* erase(xarray& xa, xa_node& node)
{
    void* const entry = node.entry;
    kernel::xa_unlink(xa, node);
    kernel::kfree(&node);
    return entry;
}

// `change` is told the node at the index, or null, and says whether to put the entry there.
template<class Change>
bool put(xarray& xa, unsigned long index, void* entry, mm::gfp_t gfp, Change change)
{
    spare_node spare;
    do {
        locked const guard(xa);
        xa_node* const node = find(xa, index);
        if (!change(node))
            return true;
        if (node != nullptr) {
            node->entry = entry;
            if (entry == nullptr && (xa.xa_flags & kernel::XA_FLAGS_ALLOC) == 0)
                erase(xa, *node);
            return true;
        }
        if (spare.is_there()) {
            spare.put(xa, index, entry);
            return true;
        }
    } while (spare.allocate(gfp));
    return false;
}

xa_node* first_used(xarray const& xa, unsigned long from, unsigned long max)
{
    xa_node* node = xa_lower_bound(xa, from);
    while (node != nullptr && node->entry == nullptr)
        node = node_of(lib::rb_next(node->link));
    return node != nullptr && node->index <= max ? node : nullptr;
}

} // namespace

void kernel::xa_exchange(xarray& xa, unsigned long index, void* entry, void** old)
{
    locked const guard(xa);
    if (xa_node* const node = find(xa, index); node != nullptr) {
        *old = node->entry;
        node->entry = entry;
    }
}

extern "C" {

void* xa_load(xarray* xa, unsigned long index)
{
    locked const guard(*xa);
    xa_node const* const node = find(*xa, index);
    return node != nullptr ? node->entry : nullptr;
}
EXPORT_SYMBOL(xa_load);

void* xa_store(xarray* xa, unsigned long index, void* entry, mm::gfp_t gfp)
{
    void* old = nullptr;
    bool const done = put(*xa, index, entry, gfp, [&](xa_node const* node) {
        old = node != nullptr ? node->entry : nullptr;
        return node != nullptr || entry != nullptr;
    });
    return done ? old : error_entry(-ENOMEM);
}
EXPORT_SYMBOL(xa_store);

void* xa_erase(xarray* xa, unsigned long index)
{
    locked const guard(*xa);
    xa_node* const node = find(*xa, index);
    return node != nullptr ? erase(*xa, *node) : nullptr;
}
EXPORT_SYMBOL(xa_erase);

void* xa_cmpxchg(xarray* xa, unsigned long index, void* old, void* entry, mm::gfp_t gfp)
{
    void* current = nullptr;
    bool const done = put(*xa, index, entry, gfp, [&](xa_node const* node) {
        current = node != nullptr ? node->entry : nullptr;
        return current == old && (node != nullptr || entry != nullptr);
    });
    return done ? current : error_entry(-ENOMEM);
}
EXPORT_SYMBOL(xa_cmpxchg);

int xa_insert(xarray* xa, unsigned long index, void* entry, mm::gfp_t gfp)
{
    bool is_taken = false;
    bool const done = put(*xa, index, entry, gfp, [&](xa_node const* node) {
        is_taken = node != nullptr;
        return !is_taken;
    });
    return !done ? -ENOMEM : is_taken ? -EBUSY : 0;
}
EXPORT_SYMBOL(xa_insert);

int xa_alloc(xarray* xa, uint32_t* id, void* entry, xa_limit limit, mm::gfp_t gfp)
{
    if ((xa->xa_flags & kernel::XA_FLAGS_ALLOC) == 0)
        return -EINVAL;
    bool const is_from_one = (xa->xa_flags & kernel::XA_FLAGS_ALLOC1) == kernel::XA_FLAGS_ALLOC1;
    uint32_t const min = limit.min == 0 && is_from_one ? 1 : limit.min;
    spare_node spare;
    if (!spare.allocate(gfp))
        return -ENOMEM;
    locked const guard(*xa);
    unsigned long const taken = xa_taken_from(*xa, min);
    if (limit.max < min || taken > limit.max - min)
        return -EBUSY;
    *id = min + static_cast<uint32_t>(taken);
    spare.put(*xa, *id, entry);
    return 0;
}
EXPORT_SYMBOL(xa_alloc);

// 1: the search went on at the limit's beginning.
int xa_alloc_cyclic(xarray* xa, uint32_t* id, void* entry, xa_limit limit, uint32_t* next,
                    mm::gfp_t gfp)
{
    bool const is_later = *next > limit.min;
    int result = xa_alloc(xa, id, entry, {limit.max, is_later ? *next : limit.min}, gfp);
    if (result == -EBUSY && is_later) {
        result = xa_alloc(xa, id, entry, limit, gfp);
        result = result == 0 ? 1 : result;
    }
    if (result >= 0)
        *next = *id + 1;
    return result;
}
EXPORT_SYMBOL(xa_alloc_cyclic);

void* xa_find(xarray* xa, unsigned long* index, unsigned long max, unsigned)
{
    locked const guard(*xa);
    xa_node const* const node = first_used(*xa, *index, max);
    if (node == nullptr)
        return nullptr;
    *index = node->index;
    return node->entry;
}
EXPORT_SYMBOL(xa_find);

void* xa_find_after(xarray* xa, unsigned long* index, unsigned long max, unsigned filter)
{
    if (*index == ~0ul)
        return nullptr;
    unsigned long next = *index + 1;
    void* const entry = xa_find(xa, &next, max, filter);
    if (entry != nullptr)
        *index = next;
    return entry;
}
EXPORT_SYMBOL(xa_find_after);

void xa_destroy(xarray* xa)
{
    locked const guard(*xa);
    while (xa->xa_root.rb_node != nullptr)
        erase(*xa, *node_of(xa->xa_root.rb_node));
}
EXPORT_SYMBOL(xa_destroy);

} // extern "C"
