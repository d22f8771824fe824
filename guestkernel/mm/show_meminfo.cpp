// /proc/meminfo: a label in 16 columns and a number in 8, or more if it is long.
#include "guestkernel/mm/show.hpp"

namespace pagelab::mm {

namespace {

constexpr int kLabelColumns = 16;
constexpr int kNumberColumns = 8;

enum class unit { kKib, kNone };
enum class shown { kAlways, kWithHighmem };

struct meminfo_line {
    char const* label;
    unit in = unit::kKib;
    shown when = shown::kAlways;
};

constexpr meminfo_line kLines[] = {
    {"MemTotal:"},
    {"MemFree:"},
    {"MemAvailable:"},
    {"Buffers:"},
    {"Cached:"},
    {"SwapCached:"},
    {"Active:"},
    {"Inactive:"},
    {"Active(anon):"},
    {"Inactive(anon):"},
    {"Active(file):"},
    {"Inactive(file):"},
    {"Unevictable:"},
    {"Mlocked:"},
    {"HighTotal:", unit::kKib, shown::kWithHighmem},
    {"HighFree:", unit::kKib, shown::kWithHighmem},
    {"LowTotal:", unit::kKib, shown::kWithHighmem},
    {"LowFree:", unit::kKib, shown::kWithHighmem},
    {"SwapTotal:"},
    {"SwapFree:"},
    {"Zswap:"},
    {"Zswapped:"},
    {"Dirty:"},
    {"Writeback:"},
    {"AnonPages:"},
    {"Mapped:"},
    {"Shmem:"},
    {"KReclaimable:"},
    {"Slab:"},
    {"SReclaimable:"},
    {"SUnreclaim:"},
    {"KernelStack:"},
    {"PageTables:"},
    {"SecPageTables:"},
    {"NFS_Unstable:"},
    {"Bounce:"},
    {"WritebackTmp:"},
    {"CommitLimit:"},
    {"Committed_AS:"},
    {"VmallocTotal:"},
    {"VmallocUsed:"},
    {"VmallocChunk:"},
    {"Percpu:"},
    {"HardwareCorrupted:"},
    {"AnonHugePages:"},
    {"ShmemHugePages:"},
    {"ShmemPmdMapped:"},
    {"FileHugePages:"},
    {"FilePmdMapped:"},
    {"HugePages_Total:", unit::kNone},
    {"HugePages_Free:", unit::kNone},
    {"HugePages_Rsvd:", unit::kNone},
    {"HugePages_Surp:", unit::kNone},
    {"Hugepagesize:"},
    {"Hugetlb:"},
    {"DirectMap4k:"},
    {"DirectMap2M:"},
};
static_assert(sizeof(kLines) / sizeof(kLines[0]) == NR_MEMINFO_ITEMS);

// A label longer than its 16 columns takes from the number's 8.
constexpr int number_width(char const* label)
{
    int length = 0;
    while (label[length] != '\0')
        length++;
    return length <= kLabelColumns ? kNumberColumns : kLabelColumns + kNumberColumns - length;
}

} // namespace

void show_meminfo(seq_file& m, meminfo const& info)
{
    for (int i = 0; i < NR_MEMINFO_ITEMS; i++) {
        meminfo_line const& line = kLines[i];
        if (line.when == shown::kWithHighmem && !info.has_highmem)
            continue;
        auto const value = static_cast<unsigned long long>(info.value[i]);
        lib::seq_printf(m, "%-16s%*llu%s\n", line.label, number_width(line.label), value,
                        line.in == unit::kKib ? " kB" : "");
    }
}

} // namespace pagelab::mm
