// Preorder over child and sibling pointers, with the parents on an explicit stack.
#include "emu/guest/iomem.hpp"

#include <algorithm>

namespace pagelab::guest {

namespace {

constexpr size_t kMaxResources = 10'000;
constexpr size_t kMaxName = 64;
constexpr unsigned kMaxDepth = 5; // MAX_IORES_LEVEL

Result<Resource> read_resource(KernelView const& view, VirtAddr address, unsigned depth)
{
    auto const field = [&](char const* path) { return view.read_field(address, "resource", path); };
    Resource resource;
    resource.start = PhysAddr(TRY(field("start")));
    resource.last = PhysAddr(TRY(field("end")));
    resource.depth = depth;
    VirtAddr const name(TRY(field("name")));
    resource.name = name.value == 0 ? "<BAD>" : TRY(view.read_string(name, kMaxName));
    return resource;
}

} // namespace

Result<ResourceTree> read_iomem(KernelView const& view)
{
    auto const root = TRY(view.types().variable("iomem_resource")).address;
    auto const link = [&](VirtAddr from, char const* name) -> Result<VirtAddr> {
        return VirtAddr(TRY(view.read_field(from, "resource", name)));
    };
    ResourceTree tree;
    std::vector<VirtAddr> ahead = {TRY(link(root, "child"))}; // what comes next at each depth
    while (!ahead.empty()) {
        VirtAddr const here = ahead.back();
        if (here.value == 0) {
            ahead.pop_back();
            continue;
        }
        auto const depth = static_cast<unsigned>(ahead.size() - 1);
        auto const resource = read_resource(view, here, depth);
        auto const sibling = link(here, "sibling");
        auto const child = link(here, "child");
        if (!resource || !sibling || !child) {
            tree.damage = Damage{"unreadable resource", here, 0, here.value};
            return tree;
        }
        if (depth > kMaxDepth || tree.resources.size() == kMaxResources) {
            tree.damage = Damage{"resource tree too deep or too large", here, kMaxDepth, depth};
            return tree;
        }
        tree.resources.push_back(*resource);
        ahead.back() = *sibling;
        ahead.push_back(*child);
    }
    return tree;
}

std::string format_iomem(ResourceTree const& tree)
{
    std::string text;
    for (auto const& resource : tree.resources) {
        text +=
            fmt::format("{:{}}{:08x}-{:08x} : {}\n", "", 2 * std::min(resource.depth, kMaxDepth),
                        resource.start.value, resource.last.value, resource.name);
    }
    return text;
}

} // namespace pagelab::guest
