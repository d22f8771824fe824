// Constants and symbols, two for each area.
#include "emu/guest/address_areas.hpp"

namespace pagelab::guest {

namespace {

using Bound = std::optional<uint64_t>;

class AreaList {
  public:
    explicit AreaList(KernelView const& view) : view_(view) {}

    Bound constant(std::string_view name) const
    {
        auto const value = view_.types().constant(name);
        return value ? Bound(static_cast<uint64_t>(*value)) : Bound();
    }
    Bound symbol(std::string_view name) const
    {
        auto const value = view_.types().symbol(name);
        return value ? Bound(value->value) : Bound();
    }
    Bound vmalloc(char const* field) const
    {
        auto const root = view_.types().variable("kernel_vmalloc");
        if (!root)
            return {};
        auto const value = view_.read_field(root->address, "vmalloc_state", field);
        return value ? Bound(*value) : Bound();
    }

    // first..end, end exclusive; nothing if either is not known.
    void add(char const* name, Bound first, Bound end)
    {
        uint64_t const top = view_.types().pointer_size() == 4 ? 0xffff'ffff : ~uint64_t{0};
        if (!first || !end)
            return;
        uint64_t const last = (*end - 1) & top;
        if ((*first & top) <= last)
            areas_.push_back({name, VirtAddr(*first & top), VirtAddr(last)});
    }

    std::vector<AddressArea> take()
    {
        std::ranges::stable_sort(areas_, std::greater(),
                                 [](AddressArea const& area) { return area.last - area.first; });
        return std::move(areas_);
    }

  private:
    KernelView const& view_;
    std::vector<AddressArea> areas_;
};

Bound plus(Bound bound, Bound bytes)
{
    return bound && bytes ? Bound(*bound + *bytes) : Bound();
}

} // namespace

std::vector<AddressArea> kernel_areas(KernelView const& view)
{
    constexpr uint64_t kVmemmapSize = uint64_t{1} << 40; // Linux' mm.rst
    constexpr uint64_t kPkmapSize = 512 * kPageSize;     // LAST_PKMAP with PAE
    AreaList list(view);
    Bound const direct = list.constant("kPageOffset");
    list.add("direct map", direct, plus(direct, list.constant("kDirectMapMax")));
    list.add("vmalloc", list.vmalloc("start"), list.vmalloc("end"));
    Bound const vmemmap = list.constant("kVmemmapStart");
    list.add("vmemmap", vmemmap, plus(vmemmap, kVmemmapSize));
    list.add("text", list.symbol("_text"), list.symbol("_etext"));
    list.add("rodata", list.symbol("_etext"), list.symbol("_erodata"));
    list.add("data", list.symbol("_erodata"), list.symbol("_edata"));
    list.add("bss", list.symbol("_edata"), list.symbol("_end"));
    list.add("modules", list.constant("kModulesStart"), list.constant("kModulesEnd"));
    Bound const pkmap = list.constant("kPkmapBase");
    list.add("pkmap", pkmap, plus(pkmap, kPkmapSize));
    list.add("fixmap", plus(pkmap, kPkmapSize), pkmap ? Bound(0x1'0000'0000) : Bound());
    list.add("apic", list.constant("kApicBase"), plus(list.constant("kApicBase"), kPageSize));
    return list.take();
}

AddressArea const* area_of(std::vector<AddressArea> const& areas, VirtAddr address)
{
    AddressArea const* found = nullptr;
    for (AddressArea const& area : areas)
        if (area.first <= address && address <= area.last)
            found = &area;
    return found;
}

} // namespace pagelab::guest
