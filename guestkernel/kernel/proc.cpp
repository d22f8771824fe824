// The files of /proc.
#include "guestkernel/kernel/proc.hpp"

#include "guestkernel/include/generated/utsrelease.h"
#include "guestkernel/kernel/cpuinfo.hpp"
#include "guestkernel/kernel/interrupts.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/kcore.hpp"
#include "guestkernel/kernel/listing.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/module/module_report.hpp"
#include "guestkernel/kernel/page_cache.hpp"
#include "guestkernel/kernel/procfs.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/sysrq.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/path.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

char const* command_line = "";

void show_cmdline(lib::seq_file& m)
{
    lib::seq_printf(m, "%s\n", command_line);
}

void show_version(lib::seq_file& m)
{
    lib::seq_printf(m, "%s\n", kVersion);
}

// In alphabetical order.
constexpr proc_file kFiles[] = {
    {"buddyinfo", show_buddyinfo_file},
    {"cmdline", show_cmdline},
    {"cpuinfo", show_cpuinfo},
    {"interrupts", show_interrupts},
    {"iomem", show_iomem_file},
    {"kallsyms", show_kallsyms},
    {.name = "kcore", .read = read_kcore_file},
    {.name = "kpagecount", .read = read_kpagecount},
    {.name = "kpageflags", .read = read_kpageflags},
    {"meminfo", show_meminfo_file},
    {"modules", show_modules},
    {"pagetypeinfo", show_pagetypeinfo_file},
    {"slabinfo", show_slabinfo_file, has_slabinfo_file},
    {.name = "sys/vm/drop_caches", .write = write_drop_caches},
    {.name = "sys/vm/min_free_kbytes",
     .show = show_min_free_kbytes_file,
     .write = write_min_free_kbytes},
    {.name = "sysrq-trigger", .write = write_sysrq_trigger},
    {"version", show_version},
    {"vmallocinfo", show_vmallocinfo_file},
    {"vmstat", show_vmstat_file},
    {"zoneinfo", show_zoneinfo_file},
};

} // namespace

char const* below_proc(char const* path)
{
    constexpr char kFolder[] = "/proc";
    constexpr size_t kLength = sizeof(kFolder) - 1;
    if (strncmp(path, kFolder, kLength) != 0)
        return nullptr;
    path += kLength;
    if (*path == '/')
        return path + 1;
    return *path == '\0' ? path : nullptr;
}

char const kRelease[] = UTS_RELEASE;
#ifdef __x86_64__
char const kVersion[] = "pagelab version " UTS_RELEASE " (x86_64) (" __VERSION__ ")";
#else
char const kVersion[] = "pagelab version " UTS_RELEASE " (i686) (" __VERSION__ ")";
#endif

proc_file const* find_proc_file(char const* path)
{
    char const* const name = below_proc(path);
    for (proc_file const& file : kFiles) {
        if (name != nullptr && strcmp(name, file.name) == 0 && proc_file_exists(file))
            return &file;
    }
    return nullptr;
}

bool list_proc(char const* path)
{
    char const* const folder = below_proc(path);
    if (folder == nullptr)
        return false;
    size_t length = strlen(folder);
    if (length > 0 && folder[length - 1] == '/')
        length--;
    char const* last = "";
    size_t last_length = 0;
    bool found = false;
    for (proc_file const& file : kFiles) {
        if (!proc_file_exists(file) || strncmp(file.name, folder, length) != 0 ||
            (length > 0 && file.name[length] != '/'))
            continue;
        char const* const entry = file.name + length + (length > 0 ? 1 : 0);
        size_t const entry_length = lib::first_component(entry);
        if (entry_length != last_length || strncmp(entry, last, entry_length) != 0) {
            list_entry(entry[entry_length] == '/' ? entry_kind::folder : entry_kind::file, entry,
                       entry_length);
        }
        last = entry;
        last_length = entry_length;
        found = true;
    }
    return list_module_proc(folder) || found;
}

void set_command_line(char const* text)
{
    command_line = text;
}

char const* saved_command_line()
{
    return command_line;
}

} // namespace pagelab::kernel
