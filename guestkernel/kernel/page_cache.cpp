// The made-up file, and the commands that read and write it.
#include "guestkernel/kernel/page_cache.hpp"

#include "guestkernel/kernel/commands.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/filemap.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/vmscan.hpp"

namespace pagelab::kernel {

namespace {

enum class file_access { kRead, kWrite };

struct access_counts {
    unsigned long found;
    unsigned long read_in;
    unsigned long damaged; // found, but not with its number
};

constexpr mm::address_space_operations kOperations = {
    .writepage = [](mm::address_space&, mm::page&) { return lib::Result<>{}; },
};

mm::address_space file;

unsigned long first_word(mm::page& p)
{
    auto const* const words = static_cast<unsigned long const*>(kmap_local_page(p));
    unsigned long const word = words[0];
    kunmap_local(words);
    return word;
}

void set_first_word(mm::page& p, unsigned long word)
{
    auto* const words = static_cast<unsigned long*>(kmap_local_page(p));
    words[0] = word;
    kunmap_local(words);
}

// The page at this index, with a reference for the caller; null: out of memory.
mm::page* get_file_page(unsigned long index, access_counts& counts)
{
    if (mm::page* const p = mm::find_get_page(file, index)) {
        counts.found++;
        counts.damaged += first_word(*p) != index ? 1 : 0;
        return p;
    }
    mm::page* const p = mm::alloc_pages(node(), file.gfp_mask, 0);
    if (p == nullptr)
        return nullptr;
    set_first_word(*p, index);
    if (!mm::add_to_page_cache_lru(file, *p, index, mm::GFP_KERNEL)) {
        static_cast<void>(mm::put_page(node(), *p));
        return nullptr;
    }
    counts.read_in++;
    return p;
}

void access_file(char const* size_text, file_access how)
{
    auto const size = parse_size(size_text);
    if (!size || size.value() / kPageSize > ~0ul) {
        console_printf("pagecache: %s: not a size, as 32M\n", size_text);
        return;
    }
    auto const pages = static_cast<unsigned long>(size.value() / kPageSize);
    access_counts counts = {};
    unsigned long index = 0;
    for (; index < pages; index++) {
        mm::page* const p = get_file_page(index, counts);
        if (p == nullptr)
            break;
        if (how == file_access::kWrite)
            mm::set_page_dirty(*p);
        static_cast<void>(mm::put_page(node(), *p));
    }
    console_printf("pagecache: %lu pages: %lu found, %lu read in, %lu damaged%s\n", index,
                   counts.found, counts.read_in, counts.damaged,
                   index < pages ? "; out of memory" : "");
}

void show_state()
{
    mm::pglist_data const& pgdat = node();
    console_printf("pagecache: %lu pages, %ld active, %ld inactive, %ld dirty\n", file.nrpages,
                   pgdat.vm_stat[mm::NR_ACTIVE_FILE], pgdat.vm_stat[mm::NR_INACTIVE_FILE],
                   pgdat.vm_stat[mm::NR_FILE_DIRTY]);
}

} // namespace

void page_cache_init()
{
    mm::address_space_init(file, node(), kOperations);
}

lib::Result<> write_drop_caches(char const* text)
{
    uint64_t const what = TRY(parse_number(text));
    if (what < 1 || what > 4)
        return lib::Error{"not a number from 1 to 4"};
    if (what & 1)
        mm::drop_pagecache(node());
    if (what & 2)
        mm::drop_slab(node());
    printk(log_level::info, "%s (%d): drop_caches: %u\n", get_current().comm, get_current().pid,
           static_cast<unsigned>(what));
    return {};
}

void run_pagecache(int argc, char const* const* argv)
{
    if (argc == 1)
        show_state();
    else if (argc == 3 && strcmp(argv[1], "fill") == 0)
        access_file(argv[2], file_access::kRead);
    else if (argc == 3 && strcmp(argv[1], "write") == 0)
        access_file(argv[2], file_access::kWrite);
    else if (argc == 2 && strcmp(argv[1], "drop") == 0)
        mm::truncate_inode_pages(file);
    else
        console_puts("pagecache: usage: pagecache [fill SIZE | write SIZE | drop]\n");
}

} // namespace pagelab::kernel
