// The slub_debug= option: which debugging which caches get.
//
//   slub_debug=FZPU            all caches        slub_debug=,kmalloc-*    these, everything
//   slub_debug=Z,dentry,foo    only these        slub_debug=F;ZP,foo      others, and these
//
// F consistency checks, Z red zones, P poison, U users, T trace, A failslab, O none where slabs
// would grow, - nothing. Source: Linux 6.1 mm/slub.c setup_slub_debug,
// Documentation/mm/slub.rst.
#pragma once

#include "guestkernel/mm/environment.hpp"
#include "guestkernel/mm/slab/slab_flags.hpp"

namespace pagelab::mm {

inline constexpr slab_flags_t DEBUG_DEFAULT_FLAGS =
    SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER;
inline constexpr slab_flags_t DEBUG_METADATA_FLAGS = SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER;

enum class higher_orders { allowed, avoided }; // for the sake of debugging's metadata

struct slub_options {
    slab_flags_t flags = 0;     // of caches that the text does not name
    char const* text = nullptr; // the option's value, if it names caches; borrowed
    higher_orders orders = higher_orders::allowed;
};

// `text`: what follows "slub_debug="; "" when there is no '='. Unknown letters are reported.
slub_options parse_slub_options(environment const& env, char const* text);

// The flags of a new cache of this name: `flags` and what the options add.
slab_flags_t debug_flags_for(slub_options const& options, slab_flags_t flags, char const* name);

} // namespace pagelab::mm
