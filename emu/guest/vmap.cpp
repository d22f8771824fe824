// Two lists of areas, each against its tree; a busy area's vm_struct says what it is for.
#include "emu/guest/vmap.hpp"

#include "emu/guest/list_walk.hpp"
#include "emu/guest/rb_walk.hpp"
#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr size_t kMaxAreas = 1 << 20;

struct FlagName {
    char const* flag; // an enumerator of the guest's vm_flags
    char const* name;
};

constexpr FlagName kFlagNames[] = {
    {"VM_IOREMAP", "ioremap"},
    {"VM_ALLOC", "vmalloc"},
    {"VM_MAP", "vmap"},
    {"VM_USERMAP", "user"},
};

class Reader {
  public:
    Reader(KernelView const& view, VmapReport& report) : view_(view), report_(report) {}

    // root: the list's name in vmap_space.
    Result<> read_list(VirtAddr space, char const* root)
    {
        auto const head =
            TRY(view_.field_address(space, "vmap_space", fmt::format("{}.list", root)));
        auto const link = TRY(view_.types().member("vmap_area", "list"));
        ListWalk const walk = list_walk(view_, head, kMaxAreas);
        if (walk.damage)
            note(report_.damage, *walk.damage);
        VirtAddr const first(TRY(view_.read_field(space, "vmap_space", "start")));
        VirtAddr const end(TRY(view_.read_field(space, "vmap_space", "end")));
        VirtAddr last;
        for (VirtAddr const node : walk.nodes) {
            VmapArea area = TRY(read_area(view_.advance(node, -link.offset)));
            area.is_lazy = std::string_view(root) == "lazy";
            if (area.start < first || area.end > end)
                note(report_.damage,
                     {"area leaves the address space", node, first.value, area.start.value});
            if (area.end < area.start || area.start < last)
                note(report_.damage,
                     {"areas overlap or are out of order", node, last.value, area.start.value});
            last = area.end;
            if (!area.is_lazy && !read_purpose(view_.advance(node, -link.offset), area))
                note(report_.damage, {"unreadable vm_struct of an area", node, 0, 0});
            report_.areas.push_back(area);
        }
        return compare_tree(space, root, walk.nodes);
    }

  private:
    // The tree must have the same areas in the same order.
    Result<> compare_tree(VirtAddr space, char const* root, std::vector<VirtAddr> const& listed)
    {
        auto const list = TRY(view_.types().member("vmap_area", "list"));
        auto const tree = TRY(view_.types().member("vmap_area", "rb_node"));
        auto const top =
            TRY(view_.field_address(space, "vmap_space", fmt::format("{}.root", root)));
        RbWalk const walk = TRY(rb_walk(view_, top, kMaxAreas));
        if (walk.damage)
            note(report_.damage, *walk.damage);
        if (walk.nodes.size() != listed.size())
            note(report_.damage, {fmt::format("areas in the tree of {} ones", root), top,
                                  listed.size(), walk.nodes.size()});
        for (size_t i = 0; i < std::min(walk.nodes.size(), listed.size()); i++) {
            VirtAddr const by_list = view_.advance(listed[i], -list.offset);
            VirtAddr const by_tree = view_.advance(walk.nodes[i], -tree.offset);
            if (by_list != by_tree) {
                note(report_.damage,
                     {"tree and list have different areas", by_tree, by_list.value, by_tree.value});
                break;
            }
        }
        return {};
    }

    Result<VmapArea> read_area(VirtAddr address)
    {
        VmapArea area;
        area.address = address;
        area.start = VirtAddr(TRY(view_.read_field(address, "vmap_area", "va_start")));
        area.end = VirtAddr(TRY(view_.read_field(address, "vmap_area", "va_end")));
        return area;
    }

    Result<> read_purpose(VirtAddr address, VmapArea& area)
    {
        VirtAddr const vm(TRY(view_.read_field(address, "vmap_area", "vm")));
        auto const field = [&](char const* name) {
            return view_.read_field(vm, "vm_struct", name);
        };
        uint64_t const start = TRY(field("addr"));
        uint64_t const size = TRY(field("size"));
        if (start != area.start.value || size != area.end - area.start)
            note(report_.damage, {"area and vm_struct disagree", vm, area.start.value, start});
        area.vm = vm;
        area.caller = VirtAddr(TRY(field("caller")));
        area.nr_pages = TRY(field("nr_pages"));
        area.physical = PhysAddr(TRY(field("phys_addr.value")));
        area.flags = TRY(field("flags"));
        area.pages = VirtAddr(TRY(field("pages")));
        return {};
    }

    KernelView const& view_;
    VmapReport& report_;
};

// Whether reports count pages by node.
Result<bool> is_numa(KernelView const& view)
{
    VirtAddr const node = TRY(node_address(view));
    VirtAddr const layout(TRY(view.read_field(node, "pglist_data", "layout")));
    return TRY(view.read_field(layout, "zone_layout", "numa")) != 0;
}

Result<std::string> flag_names(KernelView const& view, uint64_t flags)
{
    std::string text;
    for (auto const& [flag, name] : kFlagNames) {
        if (flags & static_cast<uint64_t>(TRY(view.types().constant(flag))))
            text += fmt::format(" {}", name);
    }
    return text;
}

} // namespace

Result<VmapReport> read_vmap(KernelView const& view)
{
    auto const root = TRY(view.types().variable("kernel_vmalloc")).address;
    VmapReport report;
    report.window_start = VirtAddr(TRY(view.read_field(root, "vmalloc_state", "start")));
    report.window_end = VirtAddr(TRY(view.read_field(root, "vmalloc_state", "end")));
    auto const space = TRY(view.field_address(root, "vmalloc_state", "space"));
    Reader reader(view, report);
    TRY(reader.read_list(space, "busy"));
    TRY(reader.read_list(space, "lazy"));
    return report;
}

Result<std::string> format_vmallocinfo(KernelView const& view, VmapReport const& report,
                                       Kallsyms const& symbols)
{
    unsigned const width = view.types().pointer_size() * 2;
    bool const numa = TRY(is_numa(view));
    std::string text;
    for (VmapArea const& area : report.areas) {
        text += fmt::format("0x{:0{}x}-0x{:0{}x} {:7}", area.start.value, width, area.end.value,
                            width, area.end - area.start);
        if (area.caller.value != 0)
            text += fmt::format(" {}", symbols.describe(area.caller));
        if (area.nr_pages != 0)
            text += fmt::format(" pages={}", area.nr_pages);
        if (area.physical.value != 0)
            text += fmt::format(" phys=0x{:016x}", area.physical.value);
        text += TRY(flag_names(view, area.flags));
        if (area.pages >= report.window_start && area.pages < report.window_end)
            text += " vpages";
        if (numa && area.nr_pages != 0)
            text += fmt::format(" N0={}", area.nr_pages);
        text += area.is_lazy ? " unpurged vm_area\n" : "\n";
    }
    return text;
}

} // namespace pagelab::guest
