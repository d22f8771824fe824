// The engine's answers to the calls of library_calls.hpp: its TLB filled from our own walk, the
// PDPTEs loaded and checked, and no excuse from SMAP for what the processor does on its own.
//
// Source: Intel SDM volume 3, sections 4.4.1 (PDPTEs) and 4.6.1 (implicit supervisor accesses).
#include "emu/cpu/unicorn_engine.hpp"

#include "emu/cpu/library_calls.hpp"
#include "emu/mmu/tlb_rights.hpp"

namespace pagelab::cpu {

namespace {

constexpr unsigned kSmapTable = 0, kUserTable = 1; // of the library's TLB

// The table says whether AC excuses the access, whatever AC is.
mmu::Requester requester_of(unsigned table)
{
    if (table == kUserTable)
        return mmu::Requester::User;
    return table == kSmapTable ? mmu::Requester::ImplicitSupervisor : mmu::Requester::Supervisor;
}

bool is_within(uint64_t linear, uint64_t base, uint32_t limit)
{
    return linear - base <= limit;
}

} // namespace

std::optional<UnicornEngine::Raised> UnicornEngine::fill_library_tlb(void* cpu, uint64_t address,
                                                                     mmu::Operation operation,
                                                                     unsigned table)
{
    PagingState const paging = access_.load_paging();
    leave_our_walk_if_due(paging.context);
    mmu::Requester const requester = requester_of(table);
    auto const walked =
        mmu::translate(paging.context, memory_, VirtAddr(address), {operation, requester});
    if (!walked) {
        mmu::Fault const& fault = walked.error();
        apply_updates(fault.trace, memory_);
        if (fault.vector == x86::Vector::page_fault)
            access_.set_cr2(address);
        return Raised{static_cast<uint8_t>(fault.vector), fault.error_code};
    }
    apply_updates(walked->trace, memory_);
    PhysAddr const target(walked->address.page_start().value &
                          static_cast<uint64_t>(int64_t{paging.a20_mask}));
    mmu::TlbRights rights = mmu::tlb_rights(paging.context, *walked, requester);
    rights.write &= is_dirty_after(target, operation);
    uint32_t const granted = walker_ == Walker::Ours ? granted_rights(rights, target, operation)
                                                     : library_rights(rights);
    if (operation == mmu::Operation::Write)
        write_ahead_.note(target);
    filled_page_ = target;
    set_library_page(cpu, address & ~(kPageSize - 1), target.value, granted, table,
                     uint64_t{1} << walked->page_shift);
    filled_page_.reset();
    return std::nullopt;
}

bool UnicornEngine::forbids_excuse(uint64_t linear) const
{
    if (!x86::cr4::SupervisorAccessPrevention::is_set(access_.cr4()))
        return false;
    CpuState const state = access_.load();
    return is_within(linear, state.gdt.base, state.gdt.limit) ||
           is_within(linear, state.ldt.base, state.ldt.limit) ||
           is_within(linear, state.tr.base, state.tr.limit);
}

std::optional<std::optional<mmu::Pdptes>> UnicornEngine::pdptes_after_move(unsigned number,
                                                                           uint64_t value) const
{
    mmu::Context context = access_.load_paging().context;
    bool loads = false;
    switch (number) {
    case 0:
        loads = ((context.cr0 ^ value) & mmu::kCr0LoadsPdptes) != 0;
        context.cr0 = value;
        break;
    case 3:
        loads = true;
        context.cr3 = value;
        break;
    case 4:
        loads = ((context.cr4 ^ value) & mmu::kCr4LoadsPdptes) != 0;
        context.cr4 = value;
        break;
    default:
        break;
    }
    if (!loads || mmu::paging_mode(context) != mmu::PagingMode::Pae)
        return access_.pdptes();
    mmu::Pdptes const loaded = mmu::read_pdptes(memory_, context.cr3);
    if (!mmu::are_valid(loaded, context.rules()))
        return std::nullopt;
    return loaded;
}

void UnicornEngine::load_pdptes()
{
    mmu::Context const context = access_.load_paging().context;
    if (library_calls_are_ours() && mmu::paging_mode(context) == mmu::PagingMode::Pae)
        access_.set_pdptes(mmu::read_pdptes(memory_, context.cr3));
}

} // namespace pagelab::cpu
