// The readers one after the other, each report turned into a line.
#include "emu/guest/check.hpp"

#include "emu/guest/buddy.hpp"
#include "emu/guest/iomem.hpp"
#include "emu/guest/kmaps.hpp"
#include "emu/guest/modules.hpp"
#include "emu/guest/pcp.hpp"
#include "emu/guest/slab.hpp"
#include "emu/guest/slab_map.hpp"
#include "emu/guest/tasks.hpp"
#include "emu/guest/vmap.hpp"

namespace pagelab::guest {

namespace {

// describe: what was counted, of a report; damage: where the report keeps it.
template<class Report, class Describe, class Found>
CheckedStructure checked(char const* name, Result<Report> report, Describe describe, Found damage)
{
    CheckedStructure result;
    result.name = name;
    if (!report) {
        result.error = report.error().message;
        return result;
    }
    result.counted = describe(*report);
    result.damage = damage(*report);
    return result;
}

constexpr auto kDamage = [](auto const& report) { return report.damage; };

CheckedStructure check_buddy(KernelView const& view)
{
    return checked(
        "buddy", read_buddy(view),
        [](BuddyReport const& report) {
            return fmt::format("{} free pages in {} zones", report.free_pages(),
                               report.zones.size());
        },
        kDamage);
}

CheckedStructure check_pcp(KernelView const& view)
{
    return checked(
        "per-CPU pages", read_pcp(view),
        [](PcpReport const& report) { return fmt::format("{} blocks", report.blocks.size()); },
        kDamage);
}

CheckedStructure check_caches(KernelView const& view)
{
    return checked(
        "slab counts", read_slabs(view),
        [](SlabReport const& report) {
            return fmt::format("{} caches of {}", report.caches.size(), report.allocator);
        },
        kDamage);
}

CheckedStructure check_objects(KernelView const& view)
{
    return checked(
        "slab objects", read_slab_map(view),
        [](SlabMap const& map) {
            uint64_t total = 0;
            uint64_t used = 0;
            for (SlabCacheMap const& cache : map.caches) {
                total += cache.total_objects();
                used += cache.allocated_objects();
            }
            return map.slob.empty() ? fmt::format("{} objects, {} in use", total, used)
                                    : fmt::format("{} pages of slob", map.slob.size());
        },
        kDamage);
}

CheckedStructure check_areas(KernelView const& view)
{
    return checked(
        "vmalloc areas", read_vmap(view),
        [](VmapReport const& report) { return fmt::format("{} areas", report.areas.size()); },
        kDamage);
}

CheckedStructure check_kmaps(KernelView const& view)
{
    return checked(
        "kmap slots", read_kmaps(view),
        [](KmapReport const& report) {
            return report.has_windows ? fmt::format("{} slots mapped", report.slots.size())
                                      : std::string("no high memory");
        },
        kDamage);
}

CheckedStructure check_modules(KernelView const& view)
{
    return checked(
        "modules", read_modules(view),
        [](ModuleReport const& report) { return fmt::format("{} loaded", report.modules.size()); },
        kDamage);
}

CheckedStructure check_tasks(KernelView const& view)
{
    return checked(
        "tasks", read_tasks(view),
        [](TaskReport const& report) {
            return fmt::format("{} tasks, {} run queues", report.tasks.size(),
                               report.queues.size());
        },
        kDamage);
}

CheckedStructure check_iomem(KernelView const& view)
{
    return checked(
        "iomem", read_iomem(view),
        [](ResourceTree const& tree) { return fmt::format("{} resources", tree.resources.size()); },
        [](ResourceTree const& tree) {
            std::vector<Damage> damage;
            if (tree.damage)
                damage.push_back(*tree.damage);
            std::vector<Resource> parents; // the resources around this one
            for (Resource const& resource : tree.resources) {
                parents.resize(std::min<size_t>(parents.size(), resource.depth));
                if (resource.last < resource.start)
                    note(damage, {"resource " + resource.name + " ends before it starts",
                                  VirtAddr(), resource.start.value, resource.last.value});
                else if (!parents.empty() && (resource.start < parents.back().start ||
                                              resource.last > parents.back().last))
                    note(damage, {"resource " + resource.name + " leaves its parent", VirtAddr(),
                                  parents.back().start.value, resource.start.value});
                parents.push_back(resource);
            }
            return damage;
        });
}

} // namespace

std::vector<CheckedStructure> check_kernel(KernelView const& view)
{
    std::vector<CheckedStructure> result;
    for (auto const check :
         {check_buddy, check_pcp, check_pages, check_caches, check_objects, check_areas,
          check_kmaps, check_percpu_chunks, check_modules, check_tasks, check_iomem})
        result.push_back(check(view));
    return result;
}

} // namespace pagelab::guest
