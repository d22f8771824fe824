// Page by page: translate, set flags, copy.
#include "emu/cpu/linear_access.hpp"

#include <algorithm>

namespace pagelab::cpu {

mmu::Context paging_context(CpuState const& state)
{
    return {state.cr0, state.cr3, state.cr4, state.efer, state.rflags, kPhysicalAddressBits};
}

void apply_updates(mmu::WalkTrace const& trace, mem::PhysicalMemory& memory)
{
    for (mmu::WalkStep const& step : trace)
        if (step.needs_update())
            memory.write(step.entry,
                         std::as_bytes(std::span(&step.updated, 1)).first(trace.entry_bytes));
}

std::expected<PhysAddr, DeliveryFault> LinearAccess::translate(uint64_t linear,
                                                               mmu::Operation operation)
{
    uint64_t const offset = linear & (kPageSize - 1);
    uint64_t const page = linear - offset;
    if (page != last_page_ || operation != last_operation_) {
        auto const target = translate_page(page, operation);
        if (!target) {
            auto fault = target.error();
            if (fault.address)
                fault.address = linear;
            return std::unexpected(fault);
        }
        last_page_ = page;
        last_operation_ = operation;
        last_target_ = *target;
    }
    return last_target_ + offset;
}

std::expected<PhysAddr, DeliveryFault> LinearAccess::translate_page(uint64_t page,
                                                                    mmu::Operation operation)
{
    if (auto const known = memo_.find(context_, page, operation))
        return *known;
    auto const result =
        mmu::translate(context_, memory_, VirtAddr(page),
                       {operation, mmu::Requester::ImplicitSupervisor, mmu::Segment::Data});
    if (result) {
        apply_updates(result->trace, memory_);
        memo_.remember(context_, page, operation, *result, memory_);
        return result->address;
    }
    mmu::Fault const& fault = result.error();
    apply_updates(fault.trace, memory_);
    DeliveryFault delivery{static_cast<uint8_t>(fault.vector), fault.error_code, std::nullopt};
    if (fault.vector == x86::Vector::page_fault)
        delivery.address = page;
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
    last_page_ = ~uint64_t{0};
}

} // namespace pagelab::cpu
