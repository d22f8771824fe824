// A text of blocks "letters,cache,cache" separated by ';'.
#include "guestkernel/mm/slab/debug_options.hpp"

#include "guestkernel/lib/string.hpp"

namespace pagelab::mm {

namespace {

struct block {
    slab_flags_t flags = 0;
    char const* caches = nullptr; // up to ';' or the end; null: all caches
    higher_orders orders = higher_orders::allowed;
    char unknown = '\0'; // a letter that means nothing
};

slab_flags_t flag_of(char letter)
{
    switch (letter | 0x20) {
    case 'f':
        return SLAB_CONSISTENCY_CHECKS;
    case 'z':
        return SLAB_RED_ZONE;
    case 'p':
        return SLAB_POISON;
    case 'u':
        return SLAB_STORE_USER;
    case 't':
        return SLAB_TRACE;
    case 'a':
        return SLAB_FAILSLAB;
    default:
        return 0;
    }
}

void add_letter(block& b, char letter)
{
    if (letter == '-')
        b.flags = 0;
    else if ((letter | 0x20) == 'o')
        b.orders = higher_orders::avoided;
    else if (flag_of(letter) != 0)
        b.flags |= flag_of(letter);
    else
        b.unknown = letter;
}

// Reads one block and moves behind it; false at the end of the text.
bool next_block(char const*& at, block& b)
{
    while (*at == ';')
        at++;
    if (*at == '\0')
        return false;
    b = {};
    if (*at == ',')
        b.flags = DEBUG_DEFAULT_FLAGS;
    while (*at != '\0' && *at != ',' && *at != ';')
        add_letter(b, *at++);
    if (*at == ',')
        b.caches = ++at;
    while (*at != '\0' && *at != ';')
        at++;
    return true;
}

// `pattern` ends at ',', ';' or NUL; a '*' stands for any rest.
bool matches(char const* pattern, size_t length, char const* name)
{
    for (size_t i = 0; i < length; i++) {
        if (pattern[i] == '*')
            return true;
        if (pattern[i] != name[i])
            return false;
    }
    return name[length] == '\0';
}

bool names(char const* caches, char const* name)
{
    for (;;) {
        size_t length = 0;
        while (caches[length] != '\0' && caches[length] != ',' && caches[length] != ';')
            length++;
        if (matches(caches, length, name))
            return true;
        if (caches[length] != ',')
            return false;
        caches += length + 1;
    }
}

} // namespace

slub_options parse_slub_options(environment const& env, char const* text)
{
    if (*text == '\0')
        return {.flags = DEBUG_DEFAULT_FLAGS};
    slub_options options;
    block b;
    for (char const* at = text; next_block(at, b);) {
        if (b.unknown != '\0')
            printk(env, log_level::err, "slub_debug option '%c' unknown. skipped\n", b.unknown);
        if (b.caches != nullptr) {
            options.text = text;
            continue;
        }
        options.flags = b.flags;
        if (b.orders == higher_orders::avoided)
            options.orders = b.orders;
    }
    return options;
}

slab_flags_t debug_flags_for(slub_options const& options, slab_flags_t flags, char const* name)
{
    if (flags & SLAB_NO_USER_FLAGS)
        return flags;
    block b;
    for (char const* at = options.text; at != nullptr && next_block(at, b);) {
        if (b.caches != nullptr && names(b.caches, name))
            return flags | b.flags;
    }
    return flags | options.flags;
}

} // namespace pagelab::mm
