// /proc/iomem: one line per node, two more spaces per level, up to the fifth.
#include "guestkernel/mm/show.hpp"

namespace pagelab::mm {

namespace {

constexpr int kMaxLevel = 5;

void show_line(seq_file& m, resource const& entry, int level)
{
    lib::seq_printf(m, "%*s%08llx-%08llx : %s\n", level * 2, "",
                    static_cast<unsigned long long>(entry.start),
                    static_cast<unsigned long long>(entry.end), entry.name);
}

} // namespace

void show_iomem(seq_file& m, resource const& root)
{
    int level = 0;
    resource const* at = root.child;
    while (at != nullptr) {
        show_line(m, *at, level < kMaxLevel ? level : kMaxLevel);
        if (at->child != nullptr) {
            at = at->child;
            level++;
            continue;
        }
        while (at != nullptr && at->sibling == nullptr) {
            at = at->parent == &root ? nullptr : at->parent;
            level--;
        }
        at = at == nullptr ? nullptr : at->sibling;
    }
}

} // namespace pagelab::mm
