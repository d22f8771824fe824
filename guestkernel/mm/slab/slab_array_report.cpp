// What SLAB's debugging prints, as Linux prints it; addresses are not hashed.
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/mm/flag_names.hpp"
#include "guestkernel/mm/slab/slab_array_debug.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kRowBytes = 16;
constexpr unsigned kMessageSize = 160;

unsigned row_length(kmem_cache const& s, unsigned offset)
{
    return lib::min(s.object_size - offset, kRowBytes);
}

// A free object with one bit wrong in the row looks like the memory's fault.
void report_single_bit(kmem_cache const& s, unsigned char const* row, unsigned length)
{
    unsigned bad = 0;
    unsigned error = 0;
    for (unsigned i = 0; i < length; i++) {
        if (row[i] != POISON_FREE) {
            error = row[i] ^ POISON_FREE;
            bad++;
        }
    }
    if (bad != 1 || (error & (error - 1)) != 0)
        return;
    printk(slab_output(s), log_level::err, "Single bit error detected. Probably bad RAM.\n");
    printk(slab_output(s), log_level::err, "Run memtest86+ or a similar memory test tool.\n");
}

// "010: 6b 6b ...  kk..": hexadecimal up to column 48, as lib/hexdump.c.
void dump_line(kmem_cache const& s, void const* object, unsigned offset)
{
    auto const* const row = static_cast<unsigned char const*>(object) + offset;
    unsigned const length = row_length(s, offset);
    char hex[3 * kRowBytes + 1];
    char readable[kRowBytes + 1];
    for (unsigned i = 0; i < length; i++) {
        lib::snprintf(hex + size_t{3} * i, 4, "%02x ", unsigned{row[i]});
        readable[i] = row[i] >= 0x20 && row[i] < 0x7f ? static_cast<char>(row[i]) : '.';
    }
    readable[length] = '\0';
    printk(slab_output(s), log_level::err, "%03x: %-48s %s\n", offset, hex, readable);
    report_single_bit(s, row, length);
}

void print_objinfo(kmem_cache const& s, void* slot, unsigned rows)
{
    if (s.flags & SLAB_RED_ZONE)
        printk(slab_output(s), log_level::err, "Redzone: 0x%llx/0x%llx\n",
               static_cast<unsigned long long>(dbg_redzone1(s, slot)),
               static_cast<unsigned long long>(dbg_redzone2(s, slot)));
    if (s.flags & SLAB_STORE_USER) {
        char symbol[kMessageSize];
        s.caches->env.sprint_symbol(symbol, sizeof(symbol), dbg_userword(s, slot));
        printk(slab_output(s), log_level::err, "Last user: (%s)\n", symbol);
    }
    for (unsigned row = 0; row < rows && row * kRowBytes < s.object_size; row++)
        dump_line(s, slot_to_object(s, slot), row * kRowBytes);
}

void print_neighbour(kmem_cache const& s, slab const& sl, unsigned index, char const* which)
{
    char* const slot = index_to_slot(s, sl, index);
    printk(slab_output(s), log_level::err, "%s obj: start=%px, len=%u\n", which,
           static_cast<void*>(slot_to_object(s, slot)), s.object_size);
    print_objinfo(s, slot, 2);
}

bool is_poisoned(kmem_cache const& s, unsigned char const* object, unsigned offset)
{
    return object[offset] == (offset == s.object_size - 1 ? POISON_END : POISON_FREE);
}

// Up to 6 rows with bytes that are not poison; how many there were.
unsigned dump_damage(kmem_cache const& s, void* slot)
{
    constexpr unsigned kMaxRows = 6;
    auto const* const object = reinterpret_cast<unsigned char*>(slot_to_object(s, slot));
    unsigned rows = 0;
    for (unsigned i = 0; i < s.object_size && rows < kMaxRows; i++) {
        if (is_poisoned(s, object, i))
            continue;
        if (rows == 0) {
            printk(slab_output(s), log_level::err, "Slab corruption (%s): %s start=%px, len=%u\n",
                   s.caches->env.print_tainted(), s.name, static_cast<void const*>(object),
                   s.object_size);
            print_objinfo(s, slot, 0);
        }
        dump_line(s, object, i / kRowBytes * kRowBytes);
        i = i / kRowBytes * kRowBytes + kRowBytes - 1; // on to the next row
        rows++;
    }
    return rows;
}

} // namespace

void slab_error(kmem_cache& s, char const* function, char const* what)
{
    printk(slab_output(s), log_level::err, "slab error in %s(): cache `%s': %s\n", function, s.name,
           what);
    slab_output(s).dump_stack();
    s.caches->env.add_taint(TAINT_BAD_PAGE);
}

void print_redzones(kmem_cache& s, void* slot)
{
    printk(slab_output(s), log_level::err, "%px: redzone 1:0x%llx, redzone 2:0x%llx\n", slot,
           static_cast<unsigned long long>(dbg_redzone1(s, slot)),
           static_cast<unsigned long long>(dbg_redzone2(s, slot)));
}

void check_poison_obj(kmem_cache& s, void* slot)
{
    if (dump_damage(s, slot) == 0)
        return;
    slab const& sl = *virt_to_slab(s.caches->env, slot);
    unsigned const index = slot_to_index(s, sl, slot);
    if (index > 0)
        print_neighbour(s, sl, index - 1, "Prev");
    if (index + 1 < s.array.num)
        print_neighbour(s, sl, index + 1, "Next");
}

void report_double_free(kmem_cache& s, void* object)
{
    printk(slab_output(s), log_level::err, "slab: double free detected in cache '%s', objp %px\n",
           s.name, object);
    slab_output(s).dump_stack();
    s.caches->env.add_taint(TAINT_BAD_PAGE);
}

void slab_out_of_memory(kmem_cache& s, gfp_t gfp)
{
    if (!kmem_cache_debug(s) || (gfp & __GFP_NOWARN) != 0)
        return;
    kmem_cache_node_array const& n = *s.array.node;
    unsigned long const objects = n.total_slabs * s.array.num;
    char flags[kFlagTextSize];
    printk(slab_output(s), log_level::warning,
           "SLAB: Unable to allocate memory on node %d, gfp=%#x(%s)\n"
           "  cache: %s, object size: %u, order: %u\n"
           "  node %d: slabs: %lu/%lu, objs: %lu/%lu\n",
           0, gfp, format_gfp_flags(flags, sizeof(flags), gfp), s.name, s.size, s.array.gfporder, 0,
           n.total_slabs - n.free_slabs, n.total_slabs, objects - n.free_objects, objects);
}

void free_misplaced(kmem_cache& s, slab* sl, void* object, uintptr_t caller)
{
    slab_env const& env = s.caches->env;
    if (sl == nullptr) {
        WARN_BY(env.warn, "virt_to_cache: Object is not a Slab page!\n");
        return;
    }
    kmem_cache& owner = *sl->slab_cache;
    char message[kMessageSize];
    lib::snprintf(message, sizeof(message),
                  "cache_from_obj: Wrong slab cache. %s but object is from %s\n", s.name,
                  owner.name);
    WARN_BY(env.warn, message);
    owner.ops->free(owner, object, caller);
}

} // namespace pagelab::mm
