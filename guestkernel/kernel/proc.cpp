// The files of /proc.
#include "guestkernel/kernel/proc.hpp"

#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
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

} // namespace

#ifdef __x86_64__
char const kVersion[] = "pagelab version 0.1 (x86_64) (" __VERSION__ ")";
#else
char const kVersion[] = "pagelab version 0.1 (i686) (" __VERSION__ ")";
#endif

proc_file const proc_files[] = {
    {"buddyinfo", show_buddyinfo_file},
    {"cmdline", show_cmdline},
    {"iomem", show_iomem_file},
    {"meminfo", show_meminfo_file},
    {"pagetypeinfo", show_pagetypeinfo_file},
    {"slabinfo", show_slabinfo_file, has_slabinfo_file},
    {"version", show_version},
    {"vmallocinfo", show_vmallocinfo_file},
    {"zoneinfo", show_zoneinfo_file},
};
unsigned const nr_proc_files = sizeof(proc_files) / sizeof(proc_files[0]);

proc_file const* find_proc_file(char const* path)
{
    constexpr char kPrefix[] = "/proc/";
    constexpr size_t kPrefixLength = sizeof(kPrefix) - 1;
    if (strncmp(path, kPrefix, kPrefixLength) != 0)
        return nullptr;
    for (proc_file const& file : proc_files) {
        if (strcmp(path + kPrefixLength, file.name) == 0 && proc_file_exists(file))
            return &file;
    }
    return nullptr;
}

void set_command_line(char const* text)
{
    command_line = text;
}

} // namespace pagelab::kernel
