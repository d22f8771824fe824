// Page by page: translate, set flags, copy; and remember the page for the next time.
#include "emu/cpu/linear_access.hpp"

#include <algorithm>

namespace pagelab::cpu {

mmu::Context paging_context(CpuState const& state)
{
    return {state.cr0,   state.cr3, state.cr4, state.efer, state.rflags, kPhysicalAddressBits,
            state.pdptes};
}

void apply_updates(mmu::WalkTrace const& trace, mem::PhysicalMemory& memory)
{
    for (mmu::WalkStep const& step : trace)
        if (step.needs_update())
            memory.write(step.entry,
                         std::as_bytes(std::span(&step.updated, 1)).first(trace.entry_bytes));
}

std::byte* LinearAccess::find(uint64_t linear, size_t size, mmu::Operation operation) const
{
    uint64_t const offset = linear % kPageSize;
    if (offset + size > kPageSize)
        return nullptr;
    std::byte* const page = memo_.find(context_, linear - offset, operation);
    return page == nullptr ? nullptr : page + offset;
}

std::expected<PhysAddr, DeliveryFault> LinearAccess::translate(uint64_t linear,
                                                               mmu::Operation operation)
{
    uint64_t const offset = linear % kPageSize;
    auto const result =
        mmu::translate(context_, memory_, VirtAddr(linear - offset),
                       {operation, mmu::Requester::ImplicitSupervisor, mmu::Segment::Data});
    if (result) {
        apply_updates(result->trace, memory_);
        memo_.remember(context_, linear - offset, operation, *result, memory_);
        return result->address + offset;
    }
    mmu::Fault const& fault = result.error();
    apply_updates(fault.trace, memory_);
    DeliveryFault delivery{static_cast<uint8_t>(fault.vector), fault.error_code, std::nullopt};
    if (fault.vector == x86::Vector::page_fault)
        delivery.address = linear;
    return std::unexpected(delivery);
}

std::expected<void, DeliveryFault> LinearAccess::read(uint64_t linear, std::span<std::byte> out)
{
    while (!out.empty()) {
        auto const address = translate(linear, mmu::Operation::Read);
        if (!address)
            return std::unexpected(address.error());
        size_t const count = std::min<size_t>(out.size(), kPageSize - address->page_offset());
        memory_.read(*address, out.first(count));
        out = out.subspan(count);
        linear += count;
    }
    return {};
}

std::expected<void, DeliveryFault> LinearAccess::write(uint64_t linear,
                                                       std::span<std::byte const> bytes)
{
    while (!bytes.empty()) {
        auto const address = translate(linear, mmu::Operation::Write);
        if (!address)
            return std::unexpected(address.error());
        size_t const count = std::min<size_t>(bytes.size(), kPageSize - address->page_offset());
        memory_.write(*address, bytes.first(count));
        bytes = bytes.subspan(count);
        linear += count;
    }
    return {};
}

void LinearAccess::change_address_space(CpuState const& state)
{
    context_ = paging_context(state);
    if (context_.pdptes)
        context_.pdptes = mmu::read_pdptes(memory_, state.cr3);
}

} // namespace pagelab::cpu
