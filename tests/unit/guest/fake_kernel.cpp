// Page tables at physical 0x1000 (PML4), 0x2000 (PDPT) and 0x3000 (page directory).
#include "tests/unit/guest/fake_kernel.hpp"

#include <doctest/doctest.h>

namespace pagelab::guest::test {

namespace {

mmu::Context context_for(TypeTable const& types)
{
    mmu::Context context;
    bool const long_mode = types.pointer_size() == 8;
    context.cr0 = x86::cr0::Paging::mask | x86::cr0::ProtectionEnable::mask;
    context.cr3 = long_mode ? 0x1000 : 0x2000;
    context.cr4 = x86::cr4::PhysicalAddressExtension::mask;
    context.efer =
        long_mode ? x86::efer::LongModeEnable::mask | x86::efer::LongModeActive::mask : 0;
    return context;
}

} // namespace

TypeTable sample_types(std::string const& name)
{
    auto types = TypeTable::load(SAMPLE_DIR "/" + name + ".elf");
    if (!types)
        FAIL(types.error().message);
    return std::move(*types);
}

FakeKernel::FakeKernel(std::string const& sample)
    : types_(sample_types(sample)), memory_(kShift + kMapped), paged_(memory_, context_for(types_))
{
    map_memory();
    make_zone();
}

void FakeKernel::map_memory()
{
    memory_.write(PhysAddr(0x1000), 0x2003);
    memory_.write(PhysAddr(0x2000), word() == 8 ? 0x3003 : 0x3001);
    for (uint64_t i = 0; i < 3; i++)
        memory_.write(PhysAddr(0x3000 + 8 * i), (kShift + (i << 21)) | 0x83);
}

void FakeKernel::unmap(VirtAddr address)
{
    memory_.write(PhysAddr(0x3000 + 8 * (address.value >> 21)), 0);
}

void FakeKernel::write(VirtAddr address, uint64_t value, uint64_t size)
{
    memory_.write(PhysAddr(address.value + kShift), value, size);
}

void FakeKernel::write_string(VirtAddr address, std::string const& text)
{
    for (size_t i = 0; i <= text.size(); i++)
        write(address + i, static_cast<unsigned char>(text.c_str()[i]), 1);
}

void FakeKernel::set(VirtAddr object, char const* type, std::string const& path, uint64_t value)
{
    auto const found = types_.member(type, path);
    if (!found)
        FAIL(found.error().message);
    auto const member = *found;
    write(object + member.offset, value, member.size);
}

uint64_t FakeKernel::get(VirtAddr object, char const* type, std::string const& path) const
{
    return view().read_field(object, type, path).value();
}

void FakeKernel::link(VirtAddr head, std::vector<VirtAddr> const& nodes)
{
    VirtAddr here = head;
    for (size_t i = 0; i <= nodes.size(); i++) {
        VirtAddr const next = i < nodes.size() ? nodes[i] : head;
        write_pointer(here, next.value);
        write_pointer(next + word(), here.value);
        here = next;
    }
}

VirtAddr FakeKernel::zone() const
{
    return types_.variable("contig_page_data").value().address; // node_zones[0] comes first
}

VirtAddr FakeKernel::page(uint64_t pfn) const
{
    return kMemMap + pfn * types_.size_of("page").value();
}

VirtAddr FakeKernel::list(unsigned order, unsigned type) const
{
    auto const path = fmt::format("free_area[{}].free_list[{}]", order, type);
    return view().field_address(zone(), "zone", path).value();
}

void FakeKernel::make_zone()
{
    VirtAddr const name(0x1000);
    write_string(name, "Normal");
    set(zone(), "zone", "name", name.value);
    set(zone(), "zone", "zone_start_pfn", kZoneStart);
    set(zone(), "zone", "spanned_pages", kZoneSpan);
    set(zone(), "zone", "present_pages", kZoneSpan);
    set(zone(), "zone", "managed_pages", kZoneSpan - 1);
    set(zone(), "zone", "_watermark[1]", 5);
    set(zone(), "pglist_data", "node_mem_map", kMemMap.value);
    for (unsigned order = 0; order < kOrders; order++) {
        for (unsigned type = 0; type < kTypes; type++)
            link(list(order, type), {});
    }
    for (uint64_t pfn = 0; pfn < kZoneStart + kZoneSpan; pfn++)
        set(page(pfn), "page", "page_type", ~uint64_t{0});
}

void FakeKernel::add_free_block(uint64_t pfn, unsigned order, unsigned type)
{
    auto nodes = std::vector<VirtAddr>();
    VirtAddr const head = list(order, type);
    for (auto at = view().read_pointer(head).value(); at != head;
         at = view().read_pointer(at).value())
        nodes.push_back(at);
    nodes.push_back(page(pfn) + types_.member("page", "buddy_list").value().offset);
    link(head, nodes);
    set(page(pfn), "page", "page_type", 0xffff'ff7f);
    set(page(pfn), "page", "private_", order);
    auto const bump = [&](std::string const& path, uint64_t amount) {
        set(zone(), "zone", path, get(zone(), "zone", path) + amount);
    };
    bump(fmt::format("free_area[{}].nr_free", order), 1);
    bump("vm_stat[1]", uint64_t{1} << order);
}

} // namespace pagelab::guest::test
