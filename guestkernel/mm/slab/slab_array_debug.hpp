// SLAB's debugging: words and patterns around and in objects, checked whenever one changes hands.
//
//   slot   | red zone 1 | object | ... | red zone 2 | last user |
//          |<- obj_offset ->|
//
// SLAB_RED_ZONE: two 64-bit words that tell whether the object is in use. SLAB_POISON: a free
// object is filled with 0x6b, a new one with 0x5a; its last byte is 0xa5. SLAB_STORE_USER: the code
// address that allocated or freed the object last. Objects aligned to more than 8 bytes have no
// words around them. Damage is reported and the kernel goes on; what would damage the cache (an
// object freed twice, an address inside an object) is not done.
//
// Source: Linux 6.1 mm/slab.c under DEBUG, include/linux/poison.h.
#pragma once

#include "guestkernel/mm/slab/slab_array.hpp"

namespace pagelab::mm {

inline constexpr uint64_t RED_INACTIVE = 0x09F9'1102'9D74'E35B; // the object is free
inline constexpr uint64_t RED_ACTIVE = 0xD841'56C5'6356'88C0;   // the object is in use
inline constexpr unsigned REDZONE_ALIGN = alignof(uint64_t) > sizeof(void*) ? 8 : sizeof(void*);

inline char* slot_to_object(kmem_cache const& s, void* slot)
{
    return static_cast<char*>(slot) + s.array.obj_offset;
}

// Where the words are: next to bytes of any type.
using red_zone [[gnu::may_alias]] = uint64_t;
using user_word [[gnu::may_alias]] = uintptr_t;
red_zone& dbg_redzone1(kmem_cache const& s, void* slot);
red_zone& dbg_redzone2(kmem_cache const& s, void* slot);
user_word& dbg_userword(kmem_cache const& s, void* slot);

// Sets obj_offset and align, drops flags that cannot be; returns the size of a slot.
unsigned set_slot_layout(kmem_cache& s);

// Makes a new slab's object ready, constructor included.
void cache_init_obj_debug(kmem_cache& s, void* slot);
// A slot is handed out: returns the object.
void* cache_alloc_debugcheck_after(kmem_cache& s, void* slot, uintptr_t caller);
// An object comes back: returns the slot, or null if it must not be freed.
void* cache_free_debugcheck(kmem_cache& s, slab& sl, void* object, uintptr_t caller);
// All objects of a slab that is to go.
void slab_destroy_debugcheck(kmem_cache& s, slab& sl);

// slab_array_report.cpp
// "slab error in FUNCTION(): cache `NAME': WHAT", a stack trace.
void slab_error(kmem_cache& s, char const* function, char const* what);
// The two words: "ADDRESS: redzone 1:0x..., redzone 2:0x..."
void print_redzones(kmem_cache& s, void* slot);
// Reports bytes of the free object that are not poison, and its neighbours.
void check_poison_obj(kmem_cache& s, void* slot);
void report_double_free(kmem_cache& s, void* object);
// No pages for a slab; silent unless the cache is debugged.
void slab_out_of_memory(kmem_cache& s, gfp_t gfp);
// kmem_cache_free got what is not the cache's: it goes to its own cache, if it has one.
void free_misplaced(kmem_cache& s, slab* sl, void* object, uintptr_t caller);

} // namespace pagelab::mm
