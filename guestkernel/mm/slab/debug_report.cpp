// The parts every report is made of.
#include "guestkernel/mm/slab/debug_report.hpp"

#include "guestkernel/lib/format.hpp"
#include "guestkernel/mm/flag_names.hpp"
#include "guestkernel/mm/slab/debug_track.hpp"

namespace pagelab::mm {

namespace {

constexpr unsigned kRowBytes = 16;
constexpr unsigned kMessageSize = 128;

unsigned long offset_in(kmem_cache const& s, slab const& sl, void const* address)
{
    return static_cast<unsigned long>(static_cast<char const*>(address) -
                                      slab_address(s.caches->env, sl));
}

void print_slab_info(kmem_cache const& s, slab const& sl)
{
    char flags[kFlagTextSize];
    format_page_flags(flags, sizeof(flags), sl.__page_flags);
    printk(slab_output(s), log_level::err, "Slab 0x%p objects=%u used=%u fp=0x%p flags=%s\n",
           static_cast<void const*>(&sl), slab_objects(sl), unsigned{sl.inuse}, sl.freelist, flags);
}

void slab_bug(kmem_cache const& s, char const* what)
{
    environment const& out = slab_output(s);
    printk(out, log_level::err,
           "============================================================================="
           "\n");
    printk(out, log_level::err, "BUG %s (%s): %s\n", s.name, s.caches->env.print_tainted(), what);
    printk(out, log_level::err,
           "-----------------------------------------------------------------------------"
           "\n\n");
}

unsigned bytes_behind_object(kmem_cache const& s)
{
    unsigned end = get_info_end(s);
    if (s.flags & SLAB_STORE_USER)
        end += 2 * sizeof(track);
    return slub_debug_orig_size(s) ? end + unsigned{sizeof(unsigned)} : end;
}

void print_trailer(kmem_cache& s, slab& sl, void* object)
{
    constexpr unsigned kBytesBefore = 16;
    char* const p = static_cast<char*>(object);
    print_tracking(s, object);
    print_slab_info(s, sl);
    printk(slab_output(s), log_level::err, "Object 0x%p @offset=%lu fp=0x%p\n\n", object,
           offset_in(s, sl, object), get_freepointer(s, object));
    if (s.flags & SLAB_RED_ZONE)
        print_section(s, "Redzone  ", p - s.red_left_pad, s.red_left_pad);
    else if (offset_in(s, sl, p) > kBytesBefore)
        print_section(s, "Bytes b4 ", p - kBytesBefore, kBytesBefore);
    print_section(s, "Object   ", p, s.object_size < kPageSize ? s.object_size : kPageSize);
    if (s.flags & SLAB_RED_ZONE)
        print_section(s, "Redzone  ", p + s.object_size, s.inuse - s.object_size);
    unsigned const end = bytes_behind_object(s);
    if (end != s.size - s.red_left_pad)
        print_section(s, "Padding  ", p + end, s.size - s.red_left_pad - end);
    slab_dump_stack(s.caches->env);
}

} // namespace

// Hexadecimal up to column 48, then what can be printed: lib/hexdump.c.
void print_section(kmem_cache const& s, char const* text, void const* from, unsigned length)
{
    auto const* bytes = static_cast<unsigned char const*>(from);
    for (unsigned row = 0; row < length; row += kRowBytes) {
        unsigned const count = length - row < kRowBytes ? length - row : kRowBytes;
        char hex[3 * kRowBytes + 1];
        char readable[kRowBytes + 1];
        for (unsigned i = 0; i < count; i++) {
            unsigned char const byte = bytes[row + i];
            lib::snprintf(hex + size_t{3} * i, 4, "%02x ", unsigned{byte});
            readable[i] = byte >= 0x20 && byte < 0x7f ? static_cast<char>(byte) : '.';
        }
        readable[count] = '\0';
        printk(slab_output(s), log_level::err, "%s%p: %-48s %s\n", text,
               static_cast<void const*>(bytes + row), hex, readable);
    }
}

void object_err(kmem_cache& s, slab& sl, void* object, char const* reason)
{
    slab_bug(s, reason);
    if (object == nullptr || !check_valid_pointer(s, sl, object)) {
        print_slab_info(s, sl);
        printk(slab_output(s), log_level::err, "Invalid pointer 0x%p\n", object);
    } else {
        print_trailer(s, sl, object);
    }
    s.caches->env.add_taint(TAINT_BAD_PAGE);
}

void slab_err(kmem_cache& s, slab& sl, char const* format, ...)
{
    char message[kMessageSize];
    va_list arguments;
    va_start(arguments, format);
    lib::vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    slab_bug(s, message);
    print_slab_info(s, sl);
    slab_dump_stack(s.caches->env);
    s.caches->env.add_taint(TAINT_BAD_PAGE);
}

void slab_fix(kmem_cache const& s, char const* format, ...)
{
    char message[kMessageSize];
    va_list arguments;
    va_start(arguments, format);
    lib::vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    printk(slab_output(s), log_level::err, "FIX %s: %s\n", s.name, message);
}

void report_overwritten(kmem_cache& s, slab& sl, void* object, char const* what,
                        unsigned char const* first, unsigned char const* last, unsigned char value)
{
    char message[kMessageSize];
    lib::snprintf(message, sizeof(message), "%s overwritten", what);
    slab_bug(s, message);
    printk(slab_output(s), log_level::err,
           "0x%p-0x%p @offset=%lu. First byte 0x%x instead of 0x%x\n",
           static_cast<void const*>(first), static_cast<void const*>(last), offset_in(s, sl, first),
           unsigned{*first}, unsigned{value});
    print_trailer(s, sl, object);
    s.caches->env.add_taint(TAINT_BAD_PAGE);
}

} // namespace pagelab::mm
