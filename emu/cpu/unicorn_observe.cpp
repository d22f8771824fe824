// What the debugger sees: accesses before they are made, registers, the TLB. Nothing changes by it.
#include <array>
#include <cstring>

#include "emu/cpu/library_calls.hpp"
#include "emu/cpu/tlb_view.hpp"
#include "emu/cpu/unicorn_engine.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint64_t kOurEyes = ~uint64_t{(1u << 20) | (1u << 21)}; // CR4 without SMEP, SMAP

uint64_t control_register(CpuState const& state, unsigned number)
{
    switch (number) {
    case 0:
        return state.cr0;
    case 2:
        return state.cr2;
    case 3:
        return state.cr3;
    case 4:
        return state.cr4;
    default:
        return 0;
    }
}

} // namespace

// As the tables have it, whoever may use it.
std::optional<PhysAddr> UnicornEngine::physical(uint64_t linear) const
{
    mmu::Context context = access_.load_paging().context;
    context.cr4 &= kOurEyes;
    auto const walked = mmu::translate(context, memory_, VirtAddr(linear), {});
    return walked ? std::optional(walked->address) : std::nullopt;
}

std::span<std::byte> UnicornEngine::tlb_of(unsigned cpu)
{
    return tlbs_ ? tlbs_->of(cpu) : library_tlb_->whole();
}

std::vector<TlbEntry> UnicornEngine::tlb(unsigned cpu)
{
    if (!library_tlb_)
        return {};
    return list_tlb(tlb_of(cpu));
}

void UnicornEngine::mark_watched_pages()
{
    for (unsigned cpu = 0; cpu < processors_.size(); ++cpu)
        mark_watched(tlb_of(cpu), [&](VirtAddr page, PhysAddr target) {
            return debug_.points.watch_page(page, target);
        });
}

// Of a page that is about to be entered in the TLB.
bool UnicornEngine::watches_page(uint64_t linear_page) const
{
    if (!debug_.points.has_watchpoints())
        return false;
    auto const target = filled_page_ ? filled_page_ : physical(linear_page);
    return debug_.points.watch_page(VirtAddr(linear_page),
                                    target.value_or(PhysAddr(DebugState::kNever)));
}

std::optional<DebugStop> UnicornEngine::watched_access(uint64_t linear, uint64_t size,
                                                       mmu::Operation operation)
{
    if (debug_.unobserved || !debug_.points.has_watchpoints())
        return std::nullopt;
    auto const target = look_up_tlb(tlb_of(cpu_), VirtAddr(linear), operation);
    PhysAddr const address = target.value_or(PhysAddr(DebugState::kNever));
    auto const point = debug_.points.watchpoint(linear, address, size, operation);
    if (!point)
        return std::nullopt;
    DebugStop stop{.reason = DebugStop::Reason::Watchpoint,
                   .point = *point,
                   .operation = operation,
                   .address = linear,
                   .physical = address,
                   .size = static_cast<unsigned>(size)};
    stop.before = watched_value(stop);
    return stop;
}

std::optional<DebugStop> UnicornEngine::watched_port(uint32_t port, int size,
                                                     mmu::Operation operation) const
{
    if (debug_.unobserved)
        return std::nullopt;
    auto const bytes = static_cast<unsigned>(size);
    auto const point = debug_.points.port(static_cast<uint16_t>(port), bytes, operation);
    if (!point)
        return std::nullopt;
    return DebugStop{.reason = DebugStop::Reason::Port,
                     .point = *point,
                     .operation = operation,
                     .address = port,
                     .size = bytes};
}

std::optional<DebugStop> UnicornEngine::watched_control(unsigned number) const
{
    if (debug_.unobserved)
        return std::nullopt;
    auto const point = debug_.points.control(number);
    if (!point)
        return std::nullopt;
    DebugStop stop{.reason = DebugStop::Reason::Control,
                   .point = *point,
                   .operation = mmu::Operation::Write,
                   .address = number,
                   .size = 8};
    stop.before = watched_value(stop);
    return stop;
}

// RAM's and ROM's bytes, or the control register.
std::optional<uint64_t> UnicornEngine::watched_value(DebugStop const& stop) const
{
    if (stop.reason == DebugStop::Reason::Control)
        return control_register(access_.load(), static_cast<unsigned>(stop.address));
    auto const bytes = memory_.host_span(stop.physical);
    uint64_t value = 0;
    size_t const size = std::min<size_t>(stop.size, sizeof value);
    if (bytes.size() < size)
        return std::nullopt;
    std::memcpy(&value, bytes.data(), size);
    return value;
}

} // namespace pagelab::cpu
