// Names in the order in which they are looked for: combinations before what they are made of.
#include "guestkernel/mm/flag_names.hpp"

#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::mm {

namespace {

struct flag_name {
    unsigned long mask;
    char const* name;
};

constexpr gfp_t GFP_TRANSHUGE_LIGHT =
    (GFP_HIGHUSER_MOVABLE | __GFP_COMP | __GFP_NOMEMALLOC | __GFP_NOWARN) & ~__GFP_RECLAIM;

constexpr flag_name kGfpNames[] = {
    {GFP_TRANSHUGE_LIGHT | __GFP_DIRECT_RECLAIM, "GFP_TRANSHUGE"},
    {GFP_TRANSHUGE_LIGHT, "GFP_TRANSHUGE_LIGHT"},
    {GFP_HIGHUSER_MOVABLE, "GFP_HIGHUSER_MOVABLE"},
    {GFP_HIGHUSER, "GFP_HIGHUSER"},
    {GFP_USER, "GFP_USER"},
    {GFP_KERNEL | __GFP_ACCOUNT, "GFP_KERNEL_ACCOUNT"},
    {GFP_KERNEL, "GFP_KERNEL"},
    {GFP_NOFS, "GFP_NOFS"},
    {GFP_ATOMIC, "GFP_ATOMIC"},
    {GFP_NOIO, "GFP_NOIO"},
    {GFP_NOWAIT, "GFP_NOWAIT"},
    {GFP_DMA, "GFP_DMA"},
    {__GFP_HIGHMEM, "__GFP_HIGHMEM"},
    {GFP_DMA32, "GFP_DMA32"},
    {__GFP_HIGH, "__GFP_HIGH"},
    {__GFP_ATOMIC, "__GFP_ATOMIC"},
    {__GFP_IO, "__GFP_IO"},
    {__GFP_FS, "__GFP_FS"},
    {__GFP_NOWARN, "__GFP_NOWARN"},
    {__GFP_RETRY_MAYFAIL, "__GFP_RETRY_MAYFAIL"},
    {__GFP_NOFAIL, "__GFP_NOFAIL"},
    {__GFP_NORETRY, "__GFP_NORETRY"},
    {__GFP_COMP, "__GFP_COMP"},
    {__GFP_ZERO, "__GFP_ZERO"},
    {__GFP_NOMEMALLOC, "__GFP_NOMEMALLOC"},
    {__GFP_MEMALLOC, "__GFP_MEMALLOC"},
    {__GFP_HARDWALL, "__GFP_HARDWALL"},
    {__GFP_THISNODE, "__GFP_THISNODE"},
    {__GFP_RECLAIMABLE, "__GFP_RECLAIMABLE"},
    {__GFP_MOVABLE, "__GFP_MOVABLE"},
    {__GFP_ACCOUNT, "__GFP_ACCOUNT"},
    {__GFP_WRITE, "__GFP_WRITE"},
    {__GFP_RECLAIM, "__GFP_RECLAIM"},
    {__GFP_DIRECT_RECLAIM, "__GFP_DIRECT_RECLAIM"},
    {__GFP_KSWAPD_RECLAIM, "__GFP_KSWAPD_RECLAIM"},
};

constexpr flag_name kPageNames[] = {
    {1ul << PG_locked, "locked"},
    {1ul << PG_waiters, "waiters"},
    {1ul << PG_error, "error"},
    {1ul << PG_referenced, "referenced"},
    {1ul << PG_uptodate, "uptodate"},
    {1ul << PG_dirty, "dirty"},
    {1ul << PG_lru, "lru"},
    {1ul << PG_active, "active"},
    {1ul << PG_workingset, "workingset"},
    {1ul << PG_slab, "slab"},
    {1ul << PG_owner_priv_1, "owner_priv_1"},
    {1ul << PG_arch_1, "arch_1"},
    {1ul << PG_reserved, "reserved"},
    {1ul << PG_private, "private"},
    {1ul << PG_private_2, "private_2"},
    {1ul << PG_writeback, "writeback"},
    {1ul << PG_head, "head"},
    {1ul << PG_mappedtodisk, "mappedtodisk"},
    {1ul << PG_reclaim, "reclaim"},
    {1ul << PG_swapbacked, "swapbacked"},
    {1ul << PG_unevictable, "unevictable"},
    {1ul << PG_mlocked, "mlocked"},
};

// By their bits, from VM_READ on. Source: Linux 6.1 include/linux/mm.h, x86's VM_ARCH_1 included.
constexpr char const* kVmaNames[] = {
    "read",      "write",     "exec",       "shared",    "mayread",    "maywrite",    "mayexec",
    "mayshare",  "growsdown", nullptr,      "pfnmap",    nullptr,      nullptr,       "locked",
    "io",        "seqread",   "randread",   "dontcopy",  "dontexpand", "lockonfault", "account",
    "noreserve", "hugetlb",   "sync",       "pat",       "wipeonfork", "dontdump",    "softdirty",
    "mixedmap",  "hugepage",  "nohugepage", "mergeable",
};

template<size_t kCount>
void append_names(char* text, size_t size, unsigned long flags, flag_name const (&names)[kCount])
{
    for (flag_name const& known : names) {
        if (flags == 0 || (flags & known.mask) != known.mask)
            continue;
        flags &= ~known.mask;
        size_t const at = strlen(text);
        lib::snprintf(text + at, size - at, "%s%s", known.name, flags != 0 ? "|" : "");
    }
    size_t const at = strlen(text);
    if (flags != 0)
        lib::snprintf(text + at, size - at, "%#lx", flags);
}

} // namespace

char const* format_gfp_flags(char* buffer, size_t size, gfp_t gfp)
{
    buffer[0] = '\0';
    append_names(buffer, size, gfp, kGfpNames);
    return buffer;
}

char const* format_vma_flags(char* buffer, size_t size, unsigned long flags)
{
    constexpr unsigned kNames = sizeof(kVmaNames) / sizeof(kVmaNames[0]);
    size_t at = 0;
    buffer[0] = '\0';
    for (unsigned bit = 0; bit < kNames && flags != 0; bit++) {
        unsigned long const mask = 1ul << bit;
        if ((flags & mask) == 0 || kVmaNames[bit] == nullptr)
            continue;
        flags &= ~mask;
        lib::snprintf(buffer + at, size - at, "%s%s", kVmaNames[bit], flags != 0 ? "|" : "");
        at = strlen(buffer);
    }
    if (flags != 0)
        lib::snprintf(buffer + at, size - at, "%#lx", flags);
    return buffer;
}

char const* format_page_flags(char* buffer, size_t size, unsigned long flags)
{
    unsigned long const named = flags & kFlagsCheckedAtPrep;
    lib::snprintf(buffer, size, "%#lx(", flags);
    append_names(buffer, size, named, kPageNames);
    size_t at = strlen(buffer);
    char const* separator = named != 0 ? "|" : "";
    if constexpr (kLong64) {
        lib::snprintf(buffer + at, size - at, "%snode=%u", separator,
                      static_cast<unsigned>(NodeField::get(flags)));
        separator = "|";
        at = strlen(buffer);
    }
    lib::snprintf(buffer + at, size - at, "%szone=%u)", separator,
                  static_cast<unsigned>(ZoneField::get(flags)));
    return buffer;
}

} // namespace pagelab::mm
