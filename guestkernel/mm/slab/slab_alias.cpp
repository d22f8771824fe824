// Folders and each cache's first name follow from the caches; other names are kept in a list.
#include "guestkernel/mm/slab/slab_alias.hpp"

#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/path.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"

namespace pagelab::mm {

namespace {

struct saved_alias {
    list_head list; // slab_caches::aliases
    kmem_cache* s;
    char* name() { return reinterpret_cast<char*>(this + 1); }
};

saved_alias& alias_of_link(list_head* link)
{
    return *CONTAINER_OF(link, saved_alias, list);
}

bool is_name(char const* name, char const* path, size_t length)
{
    return strncmp(name, path, length) == 0 && name[length] == '\0';
}

saved_alias* find_alias(slab_caches const& caches, char const* name, size_t length)
{
    for (list_head* link = caches.aliases.next; link != &caches.aliases; link = link->next) {
        if (is_name(alias_of_link(link).name(), name, length))
            return &alias_of_link(link);
    }
    return nullptr;
}

} // namespace

bool is_mergeable(kmem_cache const& s)
{
    return s.ops->merges_caches && s.caches->merge == merging::allowed && s.ctor == nullptr &&
           (s.flags & SLAB_NEVER_MERGE) == 0 && s.usersize == 0 && s.refcount >= 0;
}

char const* slab_folder(kmem_cache const& s, char (&buffer)[kSlabFolderSize])
{
    struct {
        slab_flags_t flag;
        char letter;
    } constexpr kLetters[] = {
        {SLAB_CACHE_DMA, 'd'},          {SLAB_CACHE_DMA32, 'D'}, {SLAB_RECLAIM_ACCOUNT, 'a'},
        {SLAB_CONSISTENCY_CHECKS, 'F'}, {SLAB_ACCOUNT, 'A'},
    };
    if (!is_mergeable(s))
        return s.name;
    char* end = buffer;
    *end++ = ':';
    for (auto const& [flag, letter] : kLetters) {
        if (s.flags & flag)
            *end++ = letter;
    }
    if (end > buffer + 1)
        *end++ = '-';
    lib::snprintf(end, kSlabFolderSize - static_cast<size_t>(end - buffer), "%07u", s.size);
    return buffer;
}

void add_slab_alias(kmem_cache& s, char const* name)
{
    slab_caches& caches = *s.caches;
    size_t const length = strlen(name);
    if (saved_alias* const same = find_alias(caches, name, length)) {
        same->s = &s;
        return;
    }
    if (strcmp(name, s.name) == 0)
        return;
    void* const memory = kmalloc(caches, sizeof(saved_alias) + length + 1, GFP_KERNEL);
    if (memory == nullptr)
        return;
    auto* const added = static_cast<saved_alias*>(memory);
    added->s = &s;
    memcpy(added->name(), name, length + 1);
    lib::list_add(added->list, caches.aliases);
}

void drop_slab_aliases(kmem_cache const& s)
{
    list_head const& all = s.caches->aliases;
    for (list_head* link = all.next; link != &all;) {
        saved_alias& alias = alias_of_link(link);
        link = link->next;
        if (alias.s != &s)
            continue;
        lib::list_del(alias.list);
        kfree(*s.caches, &alias);
    }
}

void for_each_slab_entry(slab_caches const& caches, void (*see)(slab_entry const& entry))
{
    char folder[kSlabFolderSize];
    caches.env.mutex_lock();
    for (list_head* link = caches.list.next; link != &caches.list; link = link->next)
        see({slab_folder(*CONTAINER_OF(link, kmem_cache, list), folder), nullptr});
    for (list_head* link = caches.list.next; link != &caches.list; link = link->next) {
        kmem_cache const& s = *CONTAINER_OF(link, kmem_cache, list);
        if (is_mergeable(s) && find_alias(caches, s.name, strlen(s.name)) == nullptr)
            see({s.name, slab_folder(s, folder)});
    }
    for (list_head* link = caches.aliases.next; link != &caches.aliases; link = link->next) {
        saved_alias& alias = alias_of_link(link);
        see({alias.name(), slab_folder(*alias.s, folder)});
    }
    caches.env.mutex_unlock();
}

kmem_cache* find_cache(slab_caches const& caches, char const* name)
{
    size_t const length = lib::first_component(name);
    if (saved_alias const* const alias = find_alias(caches, name, length))
        return alias->s;
    char folder[kSlabFolderSize];
    for (list_head* link = caches.list.next; link != &caches.list; link = link->next) {
        kmem_cache* const s = CONTAINER_OF(link, kmem_cache, list);
        if (is_name(s->name, name, length) || is_name(slab_folder(*s, folder), name, length))
            return s;
    }
    return nullptr;
}

} // namespace pagelab::mm
