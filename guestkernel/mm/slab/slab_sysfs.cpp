// The attributes, as a table of functions.
#include "guestkernel/mm/slab/slab_sysfs.hpp"

#include "guestkernel/lib/kstrtox.hpp"
#include "guestkernel/lib/path.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/debug_process.hpp"
#include "guestkernel/mm/slab/slub_node.hpp"

namespace pagelab::mm {

namespace {

constexpr size_t kSymbolSize = 128;

using lib::seq_file;
using lib::seq_printf;

void show_count(seq_file& m, unsigned long count)
{
    seq_printf(m, "%lu", count);
    if (kLong64 && count != 0)
        seq_printf(m, " N0=%lu", count);
    lib::seq_putc(m, '\n');
}

template<auto member>
void show_number(seq_file& m, kmem_cache const& s)
{
    seq_printf(m, "%lu\n", static_cast<unsigned long>(s.*member));
}

template<slab_flags_t flag>
void show_flag(seq_file& m, kmem_cache const& s)
{
    seq_printf(m, "%d\n", (s.flags & flag) != 0 ? 1 : 0);
}

void show_aliases(seq_file& m, kmem_cache const& s)
{
    seq_printf(m, "%d\n", s.refcount < 0 ? 0 : s.refcount - 1);
}

void show_ctor(seq_file& m, kmem_cache const& s)
{
    if (s.ctor == nullptr)
        return;
    char symbol[kSymbolSize];
    s.caches->env.sprint_symbol(symbol, sizeof(symbol), reinterpret_cast<uintptr_t>(s.ctor));
    seq_printf(m, "%s\n", symbol);
}

unsigned long cpu_slabs(kmem_cache const& s)
{
    unsigned long count = 0;
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        kmem_cache_cpu const& c = s.cpu_slab[cpu];
        count += c.slab != nullptr ? 1 : 0;
        count += c.partial != nullptr ? static_cast<unsigned long>(c.partial->slabs) : 0;
    }
    return count;
}

// About as many as Linux guesses: half of a partial slab's objects are free.
void show_slabs_cpu_partial(seq_file& m, kmem_cache const& s)
{
    int total = 0;
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        slab const* const partial = s.cpu_slab[cpu].partial;
        total += partial != nullptr ? partial->slabs : 0;
    }
    int const half = static_cast<int>(oo_objects(s.oo));
    seq_printf(m, "%d(%d)", total * half / 2, total);
    for (unsigned cpu = 0; cpu < s.caches->env.pgdat->nr_online_cpus; cpu++) {
        slab const* const partial = s.cpu_slab[cpu].partial;
        if (partial != nullptr)
            seq_printf(m, " C%u=%d(%d)", cpu, partial->slabs * half / 2, partial->slabs);
    }
    lib::seq_putc(m, '\n');
}

unsigned long partial_objects(kmem_cache const& s)
{
    kmem_cache_node& n = get_node(s);
    unsigned long count = 0;
    unsigned long flags;
    lib::spin_lock_irqsave(n.list_lock, flags);
    for (list_head* link = n.partial.next; link != &n.partial; link = link->next)
        count += slab_of_link(link).inuse;
    lib::spin_unlock_irqrestore(n.list_lock, flags);
    return count;
}

void show_nothing(seq_file&, kmem_cache const&) {}

Result<unsigned> parse_count(char const* text)
{
    unsigned count = 0;
    if (lib::kstrto(text, 10, &count) != 0)
        return lib::Error{"Invalid argument"};
    return count;
}

Result<> store_min_partial(kmem_cache& s, char const* text)
{
    s.min_partial = TRY(parse_count(text));
    return {};
}

Result<> store_cpu_partial(kmem_cache& s, char const* text)
{
    unsigned const objects = TRY(parse_count(text));
    if (objects != 0 && !kmem_cache_has_cpu_partial(s))
        return lib::Error{"Invalid argument"};
    slub_set_cpu_partial(s, objects);
    flush_cpu_slabs(s);
    return {};
}

Result<> store_shrink(kmem_cache& s, char const* text)
{
    if (text[0] != '1')
        return lib::Error{"Invalid argument"};
    kmem_cache_shrink(s);
    return {};
}

Result<> store_validate(kmem_cache& s, char const* text)
{
    if (text[0] != '1' || !kmem_cache_debug(s))
        return lib::Error{"Invalid argument"};
    validate_slab_cache(s);
    return {};
}

} // namespace

slab_attribute const slab_attributes[] = {
    {"aliases", show_aliases},
    {"align", show_number<&kmem_cache::align>},
    {"cache_dma", show_flag<SLAB_CACHE_DMA>},
    {"cpu_partial", show_number<&kmem_cache::cpu_partial>, store_cpu_partial},
    {"cpu_slabs", [](seq_file& m, kmem_cache const& s) { show_count(m, cpu_slabs(s)); }},
    {"ctor", show_ctor},
    {"destroy_by_rcu", show_flag<SLAB_TYPESAFE_BY_RCU>},
    {"hwcache_align", show_flag<SLAB_HWCACHE_ALIGN>},
    {"min_partial", show_number<&kmem_cache::min_partial>, store_min_partial},
    {"object_size", show_number<&kmem_cache::object_size>},
    {"objects",
     [](seq_file& m, kmem_cache const& s) { show_count(m, s.ops->get_slabinfo(s).active_objs); }},
    {"objects_partial",
     [](seq_file& m, kmem_cache const& s) { show_count(m, partial_objects(s)); }},
    {"objs_per_slab",
     [](seq_file& m, kmem_cache const& s) { seq_printf(m, "%u\n", oo_objects(s.oo)); }},
    {"order", [](seq_file& m, kmem_cache const& s) { seq_printf(m, "%u\n", oo_order(s.oo)); }},
    {"partial", [](seq_file& m, kmem_cache const& s) { show_count(m, get_node(s).nr_partial); }},
    {"poison", show_flag<SLAB_POISON>},
    {"reclaim_account", show_flag<SLAB_RECLAIM_ACCOUNT>},
    {"red_zone", show_flag<SLAB_RED_ZONE>},
#ifdef __x86_64__ // CONFIG_NUMA; there is no other node to take from
    {"remote_node_defrag_ratio", [](seq_file& m, kmem_cache const&) { seq_printf(m, "100\n"); }},
#endif
    {"sanity_checks", show_flag<SLAB_CONSISTENCY_CHECKS>},
    {"shrink", show_nothing, store_shrink},
    {"slab_size", show_number<&kmem_cache::size>},
    {"slabs", [](seq_file& m, kmem_cache const& s) { show_count(m, get_node(s).nr_slabs); }},
    {"slabs_cpu_partial", show_slabs_cpu_partial},
    {"store_user", show_flag<SLAB_STORE_USER>},
    {"total_objects",
     [](seq_file& m, kmem_cache const& s) { show_count(m, get_node(s).total_objects); }},
    {"trace", show_flag<SLAB_TRACE>},
    {"usersize", show_number<&kmem_cache::usersize>},
    {"validate", show_nothing, store_validate},
};
unsigned const nr_slab_attributes = sizeof(slab_attributes) / sizeof(slab_attributes[0]);

slab_attribute const* find_slab_attribute(char const* path)
{
    size_t const length = lib::first_component(path);
    if (path[length] != '/')
        return nullptr;
    for (slab_attribute const& attribute : slab_attributes) {
        if (strcmp(attribute.name, path + length + 1) == 0)
            return &attribute;
    }
    return nullptr;
}

} // namespace pagelab::mm
