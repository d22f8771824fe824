// The block's parts: the node, its zones, their free blocks, totals.
#include "guestkernel/mm/show_mem.hpp"

#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/vmscan.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned long kKibPerPage = kPageSize / 1024;
constexpr log_level kLevel = log_level::warning;

// A line that is made of pieces.
struct line {
    char text[512] = "";
    size_t length = 0;
};

[[gnu::format(printf, 2, 3)]] void append(line& to, char const* format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t const room = sizeof(to.text) - to.length;
    auto const wanted =
        static_cast<size_t>(lib::vsnprintf(to.text + to.length, room, format, arguments));
    to.length += wanted < room ? wanted : room - 1;
    va_end(arguments);
}

unsigned long stat(pglist_data const& pgdat, node_stat_item item)
{
    return static_cast<unsigned long>(pgdat.vm_stat[item]);
}

unsigned long stat(zone const& z, zone_stat_item item)
{
    return static_cast<unsigned long>(z.vm_stat[item]);
}

unsigned long kib(pglist_data const& pgdat, node_stat_item item)
{
    return stat(pgdat, item) * kKibPerPage;
}

unsigned long kib(zone const& z, zone_stat_item item)
{
    return stat(z, item) * kKibPerPage;
}

unsigned long sum(pglist_data const& pgdat, zone_stat_item item)
{
    unsigned long pages = 0;
    for (zone const& z : pgdat.node_zones)
        pages += stat(z, item);
    return pages;
}

unsigned long free_pcp(pglist_data const& pgdat, zone const& z)
{
    unsigned long pages = 0;
    for (unsigned cpu = 0; cpu < pgdat.nr_online_cpus; cpu++)
        pages += static_cast<unsigned long>(lib::read_once(z.per_cpu_pageset[cpu].count));
    return pages;
}

// "Node 0 ", in kernels that could have several.
void append_node(line& to, pglist_data const& pgdat)
{
    if (pgdat.layout->numa)
        append(to, "Node %d ", pgdat.node_id);
}

void show_summary(pglist_data const& pgdat)
{
    unsigned long pcp = 0;
    for (zone const& z : pgdat.node_zones)
        pcp += populated_zone(z) ? free_pcp(pgdat, z) : 0;
    printk(*pgdat.env, kLevel,
           "active_anon:%lu inactive_anon:%lu isolated_anon:%lu\n"
           " active_file:%lu inactive_file:%lu isolated_file:%lu\n"
           " unevictable:%lu dirty:%lu writeback:%lu\n"
           " slab_reclaimable:%lu slab_unreclaimable:%lu\n"
           " mapped:%lu shmem:%lu pagetables:%lu\n"
           " sec_pagetables:%lu bounce:%lu\n"
           " kernel_misc_reclaimable:%lu\n"
           " free:%lu free_pcp:%lu free_cma:%lu\n",
           stat(pgdat, NR_ACTIVE_ANON), stat(pgdat, NR_INACTIVE_ANON),
           stat(pgdat, NR_ISOLATED_ANON), stat(pgdat, NR_ACTIVE_FILE),
           stat(pgdat, NR_INACTIVE_FILE), stat(pgdat, NR_ISOLATED_FILE),
           stat(pgdat, NR_UNEVICTABLE), stat(pgdat, NR_FILE_DIRTY), stat(pgdat, NR_WRITEBACK),
           stat(pgdat, NR_SLAB_RECLAIMABLE_B), stat(pgdat, NR_SLAB_UNRECLAIMABLE_B),
           stat(pgdat, NR_FILE_MAPPED), stat(pgdat, NR_SHMEM), stat(pgdat, NR_PAGETABLE),
           stat(pgdat, NR_SECONDARY_PAGETABLE), sum(pgdat, NR_BOUNCE),
           stat(pgdat, NR_KERNEL_MISC_RECLAIMABLE), sum(pgdat, NR_FREE_PAGES), pcp,
           sum(pgdat, NR_FREE_CMA_PAGES));
}

void show_node(pglist_data const& pgdat)
{
    printk(*pgdat.env, kLevel,
           "Node %d active_anon:%lukB inactive_anon:%lukB active_file:%lukB inactive_file:%lukB "
           "unevictable:%lukB isolated(anon):%lukB isolated(file):%lukB mapped:%lukB "
           "dirty:%lukB writeback:%lukB shmem:%lukB shmem_thp: %lukB shmem_pmdmapped: %lukB "
           "anon_thp: %lukB writeback_tmp:%lukB kernel_stack:%lukB pagetables:%lukB "
           "sec_pagetables:%lukB all_unreclaimable? %s\n",
           pgdat.node_id, kib(pgdat, NR_ACTIVE_ANON), kib(pgdat, NR_INACTIVE_ANON),
           kib(pgdat, NR_ACTIVE_FILE), kib(pgdat, NR_INACTIVE_FILE), kib(pgdat, NR_UNEVICTABLE),
           kib(pgdat, NR_ISOLATED_ANON), kib(pgdat, NR_ISOLATED_FILE), kib(pgdat, NR_FILE_MAPPED),
           kib(pgdat, NR_FILE_DIRTY), kib(pgdat, NR_WRITEBACK), kib(pgdat, NR_SHMEM),
           kib(pgdat, NR_SHMEM_THPS), kib(pgdat, NR_SHMEM_PMDMAPPED), kib(pgdat, NR_ANON_THPS),
           kib(pgdat, NR_WRITEBACK_TEMP), stat(pgdat, NR_KERNEL_STACK_KB), kib(pgdat, NR_PAGETABLE),
           kib(pgdat, NR_SECONDARY_PAGETABLE),
           pgdat.kswapd_failures >= MAX_RECLAIM_RETRIES ? "yes" : "no");
}

void show_zone(pglist_data const& pgdat, zone const& z)
{
    unsigned const cpu = lib::smp_processor_id();
    line node;
    append_node(node, pgdat);
    printk(*pgdat.env, kLevel,
           "%s%s free:%lukB boost:%lukB min:%lukB low:%lukB high:%lukB reserved_highatomic:%luKB "
           "active_anon:%lukB inactive_anon:%lukB active_file:%lukB inactive_file:%lukB "
           "unevictable:%lukB writepending:%lukB present:%lukB managed:%lukB mlocked:%lukB "
           "bounce:%lukB free_pcp:%lukB local_pcp:%lukB free_cma:%lukB\n",
           node.text, z.name, kib(z, NR_FREE_PAGES), z.watermark_boost * kKibPerPage,
           (z._watermark[WMARK_MIN] + z.watermark_boost) * kKibPerPage,
           (z._watermark[WMARK_LOW] + z.watermark_boost) * kKibPerPage,
           (z._watermark[WMARK_HIGH] + z.watermark_boost) * kKibPerPage,
           z.nr_reserved_highatomic * kKibPerPage, kib(z, NR_ZONE_ACTIVE_ANON),
           kib(z, NR_ZONE_INACTIVE_ANON), kib(z, NR_ZONE_ACTIVE_FILE),
           kib(z, NR_ZONE_INACTIVE_FILE), kib(z, NR_ZONE_UNEVICTABLE),
           kib(z, NR_ZONE_WRITE_PENDING), z.present_pages * kKibPerPage,
           z.managed_pages * kKibPerPage, kib(z, NR_MLOCK), kib(z, NR_BOUNCE),
           free_pcp(pgdat, z) * kKibPerPage,
           static_cast<unsigned long>(z.per_cpu_pageset[cpu].count) * kKibPerPage,
           kib(z, NR_FREE_CMA_PAGES));
    line reserve;
    append(reserve, "lowmem_reserve[]:");
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++)
        append(reserve, " %ld", z.lowmem_reserve[i]);
    printk(*pgdat.env, kLevel, "%s\n", reserve.text);
}

// The letters of the migrate types that have free blocks of this order.
void append_types(line& to, struct free_area const& area)
{
    constexpr char kLetters[] = {'U', 'M', 'E', 'H', 'I'};
    static_assert(sizeof(kLetters) == MIGRATE_TYPES);
    append(to, "(");
    for (unsigned type = 0; type < MIGRATE_TYPES; type++) {
        if (!lib::list_empty(area.free_list[type]))
            append(to, "%c", kLetters[type]);
    }
    append(to, ") ");
}

void show_free_blocks(pglist_data const& pgdat, zone const& z)
{
    line orders;
    append_node(orders, pgdat);
    append(orders, "%s: ", z.name);
    unsigned long total = 0;
    for (unsigned order = 0; order < MAX_ORDER; order++) {
        struct free_area const& area = z.free_area[order];
        total += area.nr_free << order;
        append(orders, "%lu*%lukB ", area.nr_free, kKibPerPage << order);
        if (area.nr_free > 0)
            append_types(orders, area);
    }
    printk(*pgdat.env, kLevel, "%s= %lukB\n", orders.text, total * kKibPerPage);
}

void show_totals(pglist_data const& pgdat)
{
    environment const& env = *pgdat.env;
    unsigned long present = 0;
    unsigned long high = 0;
    for (unsigned i = 0; i < pgdat.layout->nr_zones; i++) {
        zone const& z = pgdat.node_zones[i];
        present += z.present_pages;
        high += is_highmem_idx(pgdat, i) ? z.managed_pages : 0;
    }
    printk(env, kLevel,
           "Node %d hugepages_total=0 hugepages_free=0 hugepages_surp=0 hugepages_size=2048kB\n",
           pgdat.node_id);
    printk(env, kLevel, "%lu total pagecache pages\n", stat(pgdat, NR_FILE_PAGES));
    printk(env, kLevel, "%lu pages in swap cache\n", stat(pgdat, NR_SWAPCACHE));
    printk(env, kLevel, "Free swap  = 0kB\n");
    printk(env, kLevel, "Total swap = 0kB\n");
    printk(env, kLevel, "%lu pages RAM\n", present);
    printk(env, kLevel, "%lu pages HighMem/MovableOnly\n", high);
    printk(env, kLevel, "%lu pages reserved\n", present - totalram_pages(pgdat));
    printk(env, kLevel, "0 pages hwpoisoned\n");
}

} // namespace

void show_mem(pglist_data const& pgdat)
{
    printk(*pgdat.env, kLevel, "Mem-Info:\n");
    show_summary(pgdat);
    show_node(pgdat);
    for (zone const& z : pgdat.node_zones) {
        if (populated_zone(z))
            show_zone(pgdat, z);
    }
    for (zone const& z : pgdat.node_zones) {
        if (populated_zone(z))
            show_free_blocks(pgdat, z);
    }
    show_totals(pgdat);
}

} // namespace pagelab::mm
