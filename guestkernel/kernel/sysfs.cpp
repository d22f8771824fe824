// A path is a key: a folder, a cache, one of its attributes.
#include "guestkernel/kernel/sysfs.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/listing.hpp"
#include "guestkernel/kernel/module_sysfs.hpp"
#include "guestkernel/kernel/page_owner.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errname.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/slab/slab_alias.hpp"
#include "guestkernel/mm/slab/slab_sysfs.hpp"
#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::kernel {

namespace {

constexpr char kSlabFolder[] = "/sys/kernel/slab";
constexpr size_t kSlabFolderLength = sizeof(kSlabFolder) - 1;

// What follows /sys/kernel/slab, without '/'; null for other paths, and without SLUB.
char const* below_slab(char const* path)
{
    if (strncmp(path, kSlabFolder, kSlabFolderLength) != 0 ||
        slab_caches().ops != &mm::slub_operations)
        return nullptr;
    path += kSlabFolderLength;
    if (*path == '/')
        return path + 1;
    return *path == '\0' ? path : nullptr;
}

struct {
    mm::slab_attribute const* attribute;
    mm::kmem_cache const* cache;
} shown; // by the report that runs

} // namespace

bool cat_sysfs(char const* path)
{
    if (strcmp(path, "/sys/kernel/debug/page_owner") == 0 && has_page_owner_file()) {
        console_report(show_page_owner_file);
        return true;
    }
    char const* const file = below_slab(path);
    if (file == nullptr)
        return cat_module_file(path);
    shown = {mm::find_slab_attribute(file), mm::find_cache(slab_caches(), file)};
    if (shown.attribute == nullptr || shown.cache == nullptr)
        return false;
    console_report([](lib::seq_file& m) { shown.attribute->show(m, *shown.cache); });
    return true;
}

lib::Result<> write_sysfs(char const* path, char const* text)
{
    char const* const file = below_slab(path);
    if (file == nullptr) {
        int const error = write_module_file(path, text);
        return error != 0 ? lib::Error{lib::strerror(-error)} : lib::Result<>{};
    }
    mm::slab_attribute const* const attribute = mm::find_slab_attribute(file);
    mm::kmem_cache* const s = mm::find_cache(slab_caches(), file);
    if (attribute == nullptr || s == nullptr)
        return lib::Error{"No such file or directory"};
    if (attribute->store == nullptr)
        return lib::Error{"Permission denied"};
    return attribute->store(*s, text);
}

bool list_sysfs(char const* path)
{
    char const* const folder = below_slab(path);
    if (folder == nullptr)
        return list_module_folder(path);
    if (*folder == '\0') {
        mm::for_each_slab_entry(slab_caches(), [](mm::slab_entry const& entry) {
            if (entry.target != nullptr)
                list_link(entry.name, entry.target);
            else
                list_entry(entry_kind::folder, entry.name);
        });
        return true;
    }
    if (mm::find_cache(slab_caches(), folder) == nullptr)
        return false;
    for (unsigned i = 0; i < mm::nr_slab_attributes; i++)
        list_entry(entry_kind::file, mm::slab_attributes[i].name);
    return true;
}

} // namespace pagelab::kernel
