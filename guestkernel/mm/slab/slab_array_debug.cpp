// What debugging adds to a slot, and checks when an object changes hands.
#include "guestkernel/mm/slab/slab_array_debug.hpp"

#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::mm {

namespace {

void poison_obj(kmem_cache const& s, void* slot, unsigned char value)
{
    char* const object = slot_to_object(s, slot);
    memset(object, value, s.object_size);
    object[s.object_size - 1] = static_cast<char>(POISON_END);
}

void set_redzones(kmem_cache const& s, void* slot, uint64_t value)
{
    dbg_redzone1(s, slot) = value;
    dbg_redzone2(s, slot) = value;
}

bool redzones_are(kmem_cache const& s, void* slot, uint64_t value)
{
    return dbg_redzone1(s, slot) == value && dbg_redzone2(s, slot) == value;
}

// Whether the slab or an array has the slot among its free ones.
bool is_in_array(array_cache const& ac, void const* slot)
{
    for (unsigned i = 0; i < ac.avail; i++) {
        if (array_entries(ac)[i] == slot)
            return true;
    }
    return false;
}

bool is_free(kmem_cache const& s, slab const& sl, void const* slot)
{
    auto const* const freelist = static_cast<freelist_idx_t const*>(sl.freelist);
    unsigned const index = slot_to_index(s, sl, slot);
    for (unsigned i = sl.active; i < s.array.num; i++) {
        if (freelist[i] == index)
            return true;
    }
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        if (is_in_array(*s.cpu_cache[cpu], slot))
            return true;
    }
    array_cache const* const shared = s.array.node->shared;
    return shared != nullptr && is_in_array(*shared, slot);
}

// An object in use has intact words; false: it is free already.
bool verify_redzone_free(kmem_cache& s, void* slot)
{
    if (redzones_are(s, slot, RED_ACTIVE))
        return true;
    bool const is_twice = redzones_are(s, slot, RED_INACTIVE);
    slab_error(s, __func__,
               is_twice ? "double free detected" : "memory outside object was overwritten");
    print_redzones(s, slot);
    return !is_twice;
}

} // namespace

red_zone& dbg_redzone1(kmem_cache const& s, void* slot)
{
    return *reinterpret_cast<red_zone*>(slot_to_object(s, slot) - sizeof(uint64_t));
}

red_zone& dbg_redzone2(kmem_cache const& s, void* slot)
{
    size_t const behind = s.flags & SLAB_STORE_USER ? REDZONE_ALIGN : 0;
    return *reinterpret_cast<red_zone*>(static_cast<char*>(slot) + s.size - sizeof(uint64_t) -
                                        behind);
}

user_word& dbg_userword(kmem_cache const& s, void* slot)
{
    return *reinterpret_cast<user_word*>(static_cast<char*>(slot) + s.size - sizeof(uintptr_t));
}

unsigned set_slot_layout(kmem_cache& s)
{
    constexpr unsigned kWord = sizeof(void*);
    unsigned size = lib::align_up(s.object_size, kWord);
    unsigned align = kWord;
    if (s.flags & SLAB_RED_ZONE) {
        align = REDZONE_ALIGN;
        size = lib::align_up(size, REDZONE_ALIGN);
    }
    if (align < s.align)
        align = s.align;
    if (align > sizeof(uint64_t))
        s.flags &= ~(SLAB_RED_ZONE | SLAB_STORE_USER);
    s.align = align;
    s.array.obj_offset = 0;
    if (s.flags & SLAB_RED_ZONE) {
        s.array.obj_offset = sizeof(uint64_t);
        size += 2 * sizeof(uint64_t);
    }
    if (s.flags & SLAB_STORE_USER)
        size += s.flags & SLAB_RED_ZONE ? REDZONE_ALIGN : kWord;
    return lib::align_up(size, align);
}

void cache_init_obj_debug(kmem_cache& s, void* slot)
{
    if (s.flags & SLAB_STORE_USER)
        dbg_userword(s, slot) = 0;
    if (s.flags & SLAB_RED_ZONE)
        set_redzones(s, slot, RED_INACTIVE);
    if (s.ctor != nullptr && (s.flags & SLAB_POISON) == 0)
        s.ctor(slot_to_object(s, slot));
    if (s.flags & SLAB_RED_ZONE) {
        if (dbg_redzone2(s, slot) != RED_INACTIVE)
            slab_error(s, "cache_init_objs_debug", "constructor overwrote the end of an object");
        if (dbg_redzone1(s, slot) != RED_INACTIVE)
            slab_error(s, "cache_init_objs_debug", "constructor overwrote the start of an object");
    }
    if (s.flags & SLAB_POISON)
        poison_obj(s, slot, POISON_FREE);
}

void* cache_alloc_debugcheck_after(kmem_cache& s, void* slot, uintptr_t caller)
{
    if (s.flags & SLAB_POISON) {
        check_poison_obj(s, slot);
        poison_obj(s, slot, POISON_INUSE);
    }
    if (s.flags & SLAB_STORE_USER)
        dbg_userword(s, slot) = caller;
    if (s.flags & SLAB_RED_ZONE) {
        if (!redzones_are(s, slot, RED_INACTIVE)) {
            slab_error(s, __func__, "double free, or memory outside object was overwritten");
            print_redzones(s, slot);
        }
        set_redzones(s, slot, RED_ACTIVE);
    }
    char* const object = slot_to_object(s, slot);
    if (s.ctor != nullptr && (s.flags & SLAB_POISON) != 0)
        s.ctor(object);
    return object;
}

void* cache_free_debugcheck(kmem_cache& s, slab& sl, void* object, uintptr_t caller)
{
    char* const slot = static_cast<char*>(object) - s.array.obj_offset;
    unsigned const index = slot_to_index(s, sl, slot);
    if (index >= s.array.num || index_to_slot(s, sl, index) != slot) {
        slab_error(s, __func__, "address is not an object's");
        return nullptr;
    }
    if ((s.flags & SLAB_RED_ZONE) != 0 && !verify_redzone_free(s, slot))
        return nullptr;
    if (is_free(s, sl, slot)) {
        report_double_free(s, object);
        return nullptr;
    }
    if (s.flags & SLAB_RED_ZONE)
        set_redzones(s, slot, RED_INACTIVE);
    if (s.flags & SLAB_STORE_USER)
        dbg_userword(s, slot) = caller;
    if (s.flags & SLAB_POISON)
        poison_obj(s, slot, POISON_FREE);
    return slot;
}

void slab_destroy_debugcheck(kmem_cache& s, slab& sl)
{
    for (unsigned i = 0; i < s.array.num; i++) {
        char* const slot = index_to_slot(s, sl, i);
        if (s.flags & SLAB_POISON)
            check_poison_obj(s, slot);
        if ((s.flags & SLAB_RED_ZONE) == 0)
            continue;
        if (dbg_redzone1(s, slot) != RED_INACTIVE)
            slab_error(s, __func__, "start of a freed object was overwritten");
        if (dbg_redzone2(s, slot) != RED_INACTIVE)
            slab_error(s, __func__, "end of a freed object was overwritten");
    }
}

} // namespace pagelab::mm
