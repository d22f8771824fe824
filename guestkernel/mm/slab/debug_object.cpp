// Patterns: written, compared, restored.
#include "guestkernel/mm/slab/debug_object.hpp"

#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/compound.hpp"
#include "guestkernel/mm/slab/debug_report.hpp"
#include "guestkernel/mm/slab/debug_track.hpp"

namespace pagelab::mm {

namespace {

using bytes = unsigned char*;

// The first byte that is not `value`, or null.
bytes memchr_inv(bytes from, unsigned char value, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (from[i] != value)
            return from + i;
    }
    return nullptr;
}

// From `end` back to behind the last byte that is not `value`; there is one.
bytes trim(bytes end, unsigned char value)
{
    while (end[-1] == value)
        end--;
    return end;
}

void restore_bytes(kmem_cache& s, char const* what, bytes from, bytes end, unsigned char value)
{
    slab_fix(s, "Restoring %s 0x%p-0x%p=0x%x", what, static_cast<void*>(from),
             static_cast<void*>(end - 1), unsigned{value});
    memset(from, value, static_cast<size_t>(end - from));
}

bool check_bytes_and_report(kmem_cache& s, slab& sl, void* object, char const* what, bytes from,
                            unsigned char value, unsigned length)
{
    bytes const fault = memchr_inv(from, value, length);
    if (fault == nullptr)
        return true;
    bytes const end = trim(from + length, value);
    report_overwritten(s, sl, object, what, fault, end - 1, value);
    restore_bytes(s, what, fault, end, value);
    return false;
}

bool check_red_zones(kmem_cache& s, slab& sl, bytes p, unsigned char red)
{
    return check_bytes_and_report(s, sl, p, "Left Redzone", p - s.red_left_pad, red,
                                  s.red_left_pad) &&
           check_bytes_and_report(s, sl, p, "Right Redzone", p + s.object_size, red,
                                  s.inuse - s.object_size);
}

bool check_poison(kmem_cache& s, slab& sl, bytes p)
{
    return check_bytes_and_report(s, sl, p, "Poison", p, POISON_FREE, s.object_size - 1) &&
           check_bytes_and_report(s, sl, p, "End Poison", p + s.object_size - 1, POISON_END, 1);
}

void check_pad_bytes(kmem_cache& s, slab& sl, bytes p)
{
    unsigned end = get_info_end(s);
    if (s.flags & SLAB_STORE_USER)
        end += 2 * sizeof(track);
    if (slub_debug_orig_size(s))
        end += sizeof(unsigned);
    check_bytes_and_report(s, sl, p, "Object padding", p + end, POISON_INUSE,
                           s.size - s.red_left_pad - end);
}

// The rest behind the last object.
void slab_pad_check(kmem_cache& s, slab& sl)
{
    if ((s.flags & SLAB_POISON) == 0)
        return;
    bytes const start = reinterpret_cast<bytes>(slab_address(s.caches->env, sl));
    auto const length = static_cast<unsigned>(kPageSize << compound_order(slab_page(sl)));
    unsigned const remainder = length % s.size;
    bytes const pad = start + (length - remainder);
    bytes const fault = memchr_inv(pad, POISON_INUSE, remainder);
    if (fault == nullptr)
        return;
    bytes const end = trim(start + length, POISON_INUSE);
    slab_err(s, sl, "Padding overwritten. 0x%p-0x%p @offset=%lu", static_cast<void*>(fault),
             static_cast<void*>(end - 1), static_cast<unsigned long>(fault - start));
    print_section(s, "Padding ", pad, remainder);
    restore_bytes(s, "slab padding", fault, end, POISON_INUSE);
}

} // namespace

void setup_slab_debug(kmem_cache& s, slab& sl)
{
    if (kmem_cache_debug_flags(s, SLAB_POISON))
        memset(slab_address(s.caches->env, sl), POISON_INUSE,
               kPageSize << compound_order(slab_page(sl)));
}

void setup_object_debug(kmem_cache& s, char* object)
{
    if (!kmem_cache_debug_flags(s, SLAB_STORE_USER | SLAB_RED_ZONE | SLAB_OBJECT_POISON))
        return;
    init_object(s, object, SLUB_RED_INACTIVE);
    init_tracking(s, object);
}

void init_object(kmem_cache& s, void* object, unsigned char red)
{
    auto* const p = static_cast<bytes>(object);
    if (s.flags & SLAB_RED_ZONE)
        memset(p - s.red_left_pad, red, s.red_left_pad);
    if (s.flags & SLAB_OBJECT_POISON) {
        memset(p, POISON_FREE, s.object_size - 1);
        p[s.object_size - 1] = POISON_END;
    }
    if (s.flags & SLAB_RED_ZONE)
        memset(p + s.object_size, red, s.inuse - s.object_size);
}

bool check_object(kmem_cache& s, slab& sl, void* object, unsigned char red)
{
    auto* const p = static_cast<bytes>(object);
    bool const is_active = red == SLUB_RED_ACTIVE;
    if (s.flags & SLAB_RED_ZONE) {
        if (!check_red_zones(s, sl, p, red))
            return false;
    } else if ((s.flags & SLAB_POISON) != 0 && s.object_size < s.inuse) {
        check_bytes_and_report(s, sl, p, "Alignment padding", p + s.object_size, POISON_INUSE,
                               s.inuse - s.object_size);
    }
    if (s.flags & SLAB_POISON) {
        if (!is_active && (s.flags & SLAB_OBJECT_POISON) != 0 && !check_poison(s, sl, p))
            return false;
        check_pad_bytes(s, sl, p);
    }
    if (is_active && !freeptr_outside_object(s))
        return true; // the user's bytes are where the free pointer was
    if (check_valid_pointer(s, sl, get_freepointer(s, object)))
        return true;
    object_err(s, sl, object, "Freepointer corrupt");
    set_freepointer(s, object, nullptr); // loses the rest of the list, and with it the danger
    return false;
}

bool check_slab(kmem_cache& s, slab& sl)
{
    if (!page_flag(slab_page(sl), PG_slab)) {
        slab_err(s, sl, "Not a valid slab page");
        return false;
    }
    auto const bytes_in_slab = static_cast<unsigned>(kPageSize << compound_order(slab_page(sl)));
    unsigned const most = bytes_in_slab / s.size;
    if (slab_objects(sl) > most) {
        slab_err(s, sl, "objects %u > max %u", slab_objects(sl), most);
        return false;
    }
    if (sl.inuse > slab_objects(sl)) {
        slab_err(s, sl, "inuse %u > max %u", unsigned{sl.inuse}, slab_objects(sl));
        return false;
    }
    slab_pad_check(s, sl);
    return true;
}

void check_slab_on_free(kmem_cache& s, slab& sl)
{
    if (!kmem_cache_debug_flags(s, SLAB_CONSISTENCY_CHECKS))
        return;
    slab_pad_check(s, sl);
    for (unsigned i = 0; i < slab_objects(sl); i++)
        check_object(s, sl, slab_object(s, sl, i), SLUB_RED_INACTIVE);
}

} // namespace pagelab::mm
