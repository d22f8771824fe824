// Memory for vmalloc's own descriptors, from the page allocator.
//
// Up to 64 bytes: a slot of a page, whose first slot is left out; more: a block of pages. So an
// address that begins a page tells which.
#pragma once

#include <stddef.h>

#include "guestkernel/mm/gfp.hpp"

namespace pagelab::kernel {

void* allocate_object(void* context, size_t size, mm::gfp_t gfp); // null: no memory
void free_object(void* context, void* object);

} // namespace pagelab::kernel
