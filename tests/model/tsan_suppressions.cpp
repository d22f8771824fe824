// Reads that need no lock, because what they find may be out of date: for ThreadSanitizer.
//
// Linux reads these likewise (data_race, READ_ONCE). Whoever acts on what was found looks again
// under the lock, or works with a page that is its own, of which others change nothing it reads.
// A name stands for the innermost function of either access.
#include <doctest/doctest.h>

extern "C" char const* __tsan_default_suppressions();

extern "C" char const* __tsan_default_suppressions()
{
    return "race_top:page_tail\n"                 // one bit of a word that is otherwise a list's
           "race_top:page_flag\n"                 // one bit, while others change theirs
           "race_top:has_page_type\n"             // of a neighbour: whether it is free
           "race_top:page_is_buddy\n"             // the same
           "race_top:get_pageblock_migratetype\n" // a page may go to its block's type of just now
           "race_top:lruvec_lru_size\n"           // how much to scan
           "race_top:pagelab::mm::make_entry\n"   // of a page table: empty, or a table for good
           "race:pagelab::mm::zone_has_block\n";  // whether to try this zone
}
