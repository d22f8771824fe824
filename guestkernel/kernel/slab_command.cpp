// The slab command: play with caches, damage objects, and see what is said of it.
#include "guestkernel/kernel/commands.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/debug_process.hpp"
#include "guestkernel/mm/slab/slab_alias.hpp"
#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::kernel {

namespace {

using words = char const* const*;

mm::kmem_cache* cache_named(char const* name)
{
    mm::kmem_cache* const s = mm::find_cache(slab_caches(), name);
    if (s == nullptr)
        console_printf("slab: %s: no such cache\n", name);
    return s;
}

lib::Result<void*> parse_address(char const* text)
{
    return reinterpret_cast<void*>(static_cast<uintptr_t>(TRY(parse_number(text))));
}

mm::slab_flags_t parse_flags(char const* letters)
{
    mm::slab_flags_t flags = 0;
    for (; *letters != '\0'; letters++) {
        flags |= *letters == 'f'   ? mm::SLAB_CONSISTENCY_CHECKS
                 : *letters == 'z' ? mm::SLAB_RED_ZONE
                 : *letters == 'p' ? mm::SLAB_POISON
                 : *letters == 'u' ? mm::SLAB_STORE_USER
                 : *letters == 'h' ? mm::SLAB_HWCACHE_ALIGN
                 : *letters == 'd' ? mm::SLAB_CACHE_DMA
                                   : 0;
    }
    return flags;
}

void create(int argc, words argv)
{
    auto const size = parse_number(argv[1]);
    if (!size || size.value() > 0xffff'ffff) {
        console_printf("slab: %s: not a size\n", argv[1]);
        return;
    }
    mm::slab_flags_t const flags = argc > 2 ? parse_flags(argv[2]) : 0;
    kmem_cache_create(argv[0], static_cast<unsigned>(size.value()), 0, flags, nullptr);
}

void allocate(int argc, words argv)
{
    mm::kmem_cache* const s = cache_named(argv[0]);
    auto const count = argc > 1 ? parse_number(argv[1]) : uint64_t{1};
    if (s == nullptr || !count)
        return;
    for (uint64_t i = 0; i < count.value(); i++) {
        void* const object = kmem_cache_alloc(s, mm::GFP_KERNEL);
        if (object == nullptr)
            return;
        console_printf("0x%p\n", object);
    }
}

void release(int argc, words argv)
{
    auto const object = parse_address(argv[0]);
    mm::kmem_cache* const s = argc > 1 ? cache_named(argv[1]) : nullptr;
    if (!object || (argc > 1 && s == nullptr))
        return;
    if (s != nullptr)
        kmem_cache_free(s, object.value());
    else
        kfree(object.value());
}

// Writes one byte, wherever it is.
void poke(int, words argv)
{
    auto const address = parse_address(argv[0]);
    auto const value = parse_number(argv[1]);
    if (address && value)
        *static_cast<unsigned char volatile*>(address.value()) =
            static_cast<unsigned char>(value.value());
}

void destroy(int, words argv)
{
    if (mm::kmem_cache* const s = cache_named(argv[0]))
        kernel::kmem_cache_destroy(s);
}

void shrink(int, words argv)
{
    if (mm::kmem_cache* const s = cache_named(argv[0]))
        kmem_cache_shrink(s);
}

// Linux' /sys/kernel/slab/CACHE/validate.
void validate(int, words argv)
{
    mm::kmem_cache* const s = cache_named(argv[0]);
    if (s != nullptr && s->ops == &mm::slub_operations && mm::kmem_cache_debug(*s))
        mm::validate_slab_cache(*s);
}

void check(int, words)
{
    mm::slab_damage const found = mm::check_caches(slab_caches());
    if (found)
        console_printf("slab: %s (%s, 0x%p)\n", found.what, found.cache->name, found.address);
    else
        console_puts("slab: ok\n");
}

struct verb {
    char const* name;
    int min_words; // behind it
    void (*run)(int argc, words argv);
};

constexpr verb kVerbs[] = {
    {"create", 2, create},     {"alloc", 1, allocate},  {"free", 1, release},
    {"poke", 2, poke},         {"shrink", 1, shrink},   {"check", 0, check},
    {"validate", 1, validate}, {"destroy", 1, destroy},
};

} // namespace

void run_kmalloc(int argc, char const* const* argv)
{
    auto const size = argc > 1 ? parse_size(argv[1]) : lib::Error{"how much?"};
    auto const gfp = argc > 2 ? parse_number(argv[2]) : uint64_t{mm::GFP_KERNEL};
    if (!size || !gfp || size.value() != static_cast<size_t>(size.value())) {
        console_puts("kmalloc: usage: kmalloc SIZE [GFP], GFP a number\n");
        return;
    }
    void* const object =
        kmalloc(static_cast<size_t>(size.value()), static_cast<mm::gfp_t>(gfp.value()));
    if (object == nullptr)
        console_printf("kmalloc: %s: failed\n", argv[1]);
    else
        console_printf("0x%p\n", object);
}

void run_slab(int argc, char const* const* argv)
{
    for (verb const& v : kVerbs) {
        if (argc > 1 + v.min_words && strcmp(argv[1], v.name) == 0) {
            v.run(argc - 2, argv + 2);
            return;
        }
    }
    console_puts(
        "slab: usage: slab create NAME SIZE [fzpuhd] | alloc NAME [N] | "
        "free ADDRESS [NAME] | poke ADDRESS BYTE | shrink|validate|destroy NAME | check\n");
}

} // namespace pagelab::kernel
