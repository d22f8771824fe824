// HighAtomic pageblocks: set aside when an atomic request got more than one page, so that the next
// one finds some too; given back when nothing else is left.
//
// Source: Linux 6.1 mm/page_alloc.c: reserve_highatomic_pageblock, unreserve_highatomic_pageblock.
#pragma once

#include "guestkernel/mm/buddy.hpp"

namespace pagelab::mm {

// Makes the pageblock of this page HighAtomic, up to about 1 % of the zone.
void reserve_highatomic_pageblock(zone& z, page const& p);

enum class last_block { kKeep, kGive }; // the last HighAtomic pageblock of a zone

// Makes one HighAtomic pageblock with free pages one of `type` again; false if there is none.
bool unreserve_highatomic_pageblock(pglist_data& pgdat, migratetype type, last_block last);

} // namespace pagelab::mm
