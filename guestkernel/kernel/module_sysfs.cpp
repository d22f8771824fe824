// Paths below /sys/module.
#include "guestkernel/kernel/module_sysfs.hpp"

#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/listing.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_report.hpp"
#include "guestkernel/kernel/module/params.hpp"
#include "guestkernel/kernel/module/references.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/path.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

constexpr char kFolder[] = "/sys/module";
constexpr size_t kFolderLength = sizeof(kFolder) - 1;

// What follows /sys/module, without '/'; null for other paths.
char const* below_module(char const* path)
{
    if (strncmp(path, kFolder, kFolderLength) != 0)
        return nullptr;
    path += kFolderLength;
    if (*path == '/')
        return path + 1;
    return *path == '\0' ? path : nullptr;
}

// The module a path begins with; `rest` is what follows it.
module* module_of(char const* path, char const** rest)
{
    size_t const length = lib::first_component(path);
    *rest = path[length] == '/' ? path + length + 1 : path + length;
    for (module* m = first_module(); m != nullptr; m = next_module(*m)) {
        if (m->state != MODULE_STATE_UNFORMED && strlen(m->name) == length &&
            strncmp(m->name, path, length) == 0)
            return m;
    }
    return nullptr;
}

// What follows "folder/" in a path; null: it is not in that folder.
char const* below(char const* path, char const* folder)
{
    size_t const length = lib::first_component(path);
    return length == strlen(folder) && strncmp(path, folder, length) == 0
               ? path + length + (path[length] == '/' ? 1 : 0)
               : nullptr;
}

kernel_param const* find_parameter(module const& m, char const* name)
{
    for (unsigned i = 0; i < m.num_kp; i++) {
        if (m.kp[i].perm != 0 && strcmp(m.kp[i].name, name) == 0)
            return &m.kp[i];
    }
    return nullptr;
}

bool print_taint(module const& m)
{
    char flags[kModuleFlagsSize];
    size_t const length = strlen(module_flags(m, flags_style::taints, flags));
    if (length > 2)
        console_write(flags + 1, length - 2); // without parentheses
    console_puts("\n");
    return true;
}

bool print_text(char const* text)
{
    console_printf("%s\n", text);
    return true;
}

struct attribute {
    char const* name;
    bool (*print)(module const& m);
};

constexpr attribute kAttributes[] = {
    {"coresize", [](module const& m) { return console_printf("%u\n", m.core_layout.size), true; }},
    {"initsize", [](module const& m) { return console_printf("%u\n", m.init_layout.size), true; }},
    {"initstate",
     [](module const& m) {
         return print_text(m.state == MODULE_STATE_LIVE     ? "live"
                           : m.state == MODULE_STATE_COMING ? "coming"
                                                            : "going");
     }},
    {"refcnt", [](module const& m) { return console_printf("%i\n", module_refcount(m)), true; }},
    {"taint", print_taint},
};

constexpr char const* kFolders[] = {"holders", "parameters", "sections"};

bool cat_parameter(kernel_param const* param)
{
    if (param == nullptr)
        return false;
    auto* const text = static_cast<char*>(kvmalloc(kParamTextSize, mm::GFP_KERNEL));
    if (text == nullptr)
        return false;
    int const length = param->ops->get != nullptr ? param->ops->get(text, param) : -EPERM;
    if (length > 0)
        console_write(text, static_cast<size_t>(length));
    kvfree(text);
    return length >= 0;
}

bool cat_section(module const& m, char const* name)
{
    for (unsigned i = 0; i < m.nr_sections; i++) {
        if (strcmp(m.sections[i].name, name) == 0) {
            console_printf("0x%p\n", reinterpret_cast<void*>(m.sections[i].address));
            return true;
        }
    }
    return false;
}

void list_holder(module const& m)
{
    char target[sizeof("../../") + sizeof(m.name)];
    lib::snprintf(target, sizeof(target), "../../%s", m.name);
    list_link(m.name, target);
}

bool list_module(module const& m, char const* folder)
{
    if (*folder == '\0') {
        for (attribute const& a : kAttributes)
            list_entry(entry_kind::file, a.name);
        for (char const* const name : kFolders)
            list_entry(entry_kind::folder, name);
    } else if (below(folder, "parameters") != nullptr) {
        for (unsigned i = 0; i < m.num_kp; i++) {
            if (m.kp[i].perm != 0)
                list_entry(entry_kind::file, m.kp[i].name);
        }
    } else if (below(folder, "sections") != nullptr) {
        for (unsigned i = 0; i < m.nr_sections; i++)
            list_entry(entry_kind::file, m.sections[i].name);
    } else if (below(folder, "holders") != nullptr) {
        auto const& users = m.source_list;
        for (lib::list_head* at = users.next; at != &users; at = at->next)
            list_holder(*CONTAINER_OF(at, module_use, source_list)->source);
    } else {
        return false;
    }
    return true;
}

} // namespace

bool cat_module_file(char const* path)
{
    char const* file = below_module(path);
    module const* const m = file != nullptr ? module_of(file, &file) : nullptr;
    if (m == nullptr)
        return false;
    if (char const* const name = below(file, "parameters"))
        return cat_parameter(find_parameter(*m, name));
    if (char const* const name = below(file, "sections"))
        return cat_section(*m, name);
    for (attribute const& a : kAttributes) {
        if (strcmp(a.name, file) == 0)
            return a.print(*m);
    }
    return false;
}

bool list_module_folder(char const* path)
{
    char const* folder = below_module(path);
    if (folder == nullptr)
        return false;
    if (*folder == '\0') {
        for (module const* m = first_module(); m != nullptr; m = next_module(*m))
            list_entry(entry_kind::folder, m->name);
        return true;
    }
    module const* const m = module_of(folder, &folder);
    return m != nullptr && list_module(*m, folder);
}

int write_module_file(char const* path, char const* text)
{
    constexpr unsigned kWritable = 0222;
    char const* file = below_module(path);
    module const* const m = file != nullptr ? module_of(file, &file) : nullptr;
    char const* const name = m != nullptr ? below(file, "parameters") : nullptr;
    kernel_param const* const param = name != nullptr ? find_parameter(*m, name) : nullptr;
    if (param == nullptr)
        return -ENOENT;
    if ((param->perm & kWritable) == 0)
        return -EACCES;
    return param->ops->set != nullptr ? param->ops->set(text, param) : -EPERM;
}

} // namespace pagelab::kernel
