// Who walks the page tables: the library or we, and what our TLB fills grant.
//
// With paging and EFER.NXE on the library walks: data pages are no-execute there, and its walk
// gives exact faults. Otherwise every page can be executed, each store would take the library's
// slow path, and so our walker fills the TLB: a page is writable until it is fetched from, then
// executable (page_use.hpp).
//
// Where the library's calls are ours (library_calls.hpp) both walks are ours, and this is about
// rights alone. Else a fill by callback cannot raise a fault with the right address, so an access
// it refuses is run once more under the library's walk, for the length of one block. Nor may we
// fill in the middle of a task switch: the library puts EIP back to the instruction that caused the
// fill, and IRET would run again in the other task. So a nested task runs under the library's walk.
//
// Where both walks are ours, a page is also not writable before the first store to it since the
// last snapshot, which marks it as dirty (emu/mem/dirty_pages.hpp).
#include "emu/cpu/unicorn_engine.hpp"

#include "emu/cpu/library_calls.hpp"
#include "emu/cpu/quick_translation.hpp"
#include "emu/mmu/tlb_rights.hpp"
#include "guestkernel/abi/x86/cr.hpp"
#include "guestkernel/abi/x86/efer.hpp"
#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::cpu {

namespace {

// Instructions after which pages that once held code may be plain data again.
constexpr uint64_t kForgetCodeAfter = uint64_t{1} << 30;

// Instructions that are taken for a start: a kernel's first report comes after a million.
constexpr uint64_t kStart = uint64_t{1} << 21;

mmu::Operation operation_of(uc_mem_type type)
{
    switch (type) {
    case UC_MEM_WRITE:
        return mmu::Operation::Write;
    case UC_MEM_FETCH:
        return mmu::Operation::Fetch;
    default:
        return mmu::Operation::Read;
    }
}

bool library_should_walk(mmu::Context const& context)
{
    return x86::cr0::Paging::is_set(context.cr0) &&
           (x86::efer::NoExecuteEnable::is_set(context.efer) ||
            x86::rflags::NestedTask::is_set(context.rflags));
}

} // namespace

void UnicornEngine::choose_walker()
{
    set_walker(library_should_walk(access_.load_paging().context) ? Walker::Library : Walker::Ours);
    uint64_t const now = clock_.retired();
    set_translation(now < kStart ? Translation::Quick : Translation::Optimized);
    if (now >= forget_code_at_) {
        forget_code_at_ = now < kStart ? kStart : now + kForgetCodeAfter;
        discard_all_code_ = true;
    }
    forget_discarded_code();
}

void UnicornEngine::forget_discarded_code()
{
    if (!std::exchange(discard_all_code_, false))
        return;
    uc_ctl_flush_tb(engine_.get());
    flush_all_tlbs();
    page_use_.forget();
}

// A flush is what makes it grow. Not while much code is new: the library goes through the whole TLB
// at each translation.
void UnicornEngine::look_at_tlb()
{
    constexpr uint64_t kNewCode = 1u << 12; // instructions per translation
    uint64_t const translations = generation_ - generation_at_look_;
    generation_at_look_ = generation_;
    bool const crowded =
        library_tlb_ && translations < look_at_tlb_after_ / kNewCode && library_tlb_->is_crowded();
    if (crowded)
        flush_tlb();
    look_at_tlb_after_ =
        crowded ? kLookAtTlbSoon : std::min(2 * look_at_tlb_after_, kLookAtTlbSeldom);
    look_at_tlb_at_ = clock_.retired() + look_at_tlb_after_;
    update_attention();
}

void UnicornEngine::set_walker(Walker walker)
{
    if (walker_ == walker)
        return;
    walker_ = walker;
    call_walker();
    flush_tlb();
}

void UnicornEngine::call_walker() const
{
    uc_ctl_tlb_mode(engine_.get(), walker_ == Walker::Ours ? UC_TLB_VIRTUAL : UC_TLB_CPU);
}

// Of the processor whose turn it is; the library's own flushes may shrink the TLB, ours do not.
void UnicornEngine::flush_tlb()
{
    if (library_tlb_)
        library_tlb_->keep_size();
    uc_ctl_flush_tlb(engine_.get());
}

// The others' when their turn comes.
void UnicornEngine::flush_all_tlbs()
{
    flush_tlb();
    for (Processor& processor : processors_)
        processor.flush_tlb = true;
}

bool UnicornEngine::on_tlb_fill(uc_engine*, uint64_t page, uc_mem_type type, uc_tlb_entry* entry,
                                void* self) noexcept
{
    return static_cast<UnicornEngine*>(self)->fill_tlb(page, operation_of(type), *entry);
}

bool UnicornEngine::fill_tlb(uint64_t page, mmu::Operation operation, uc_tlb_entry& entry)
{
    PagingState const paging = access_.load_paging();
    leave_our_walk_if_due(paging.context);
    mmu::Access const access = {operation, paging.cpl == 3 ? mmu::Requester::User
                                                           : mmu::Requester::Supervisor};
    auto const walked = mmu::translate(paging.context, memory_, VirtAddr(page), access);
    if (!walked) {
        fill_refused_ = true;
        return false;
    }
    apply_updates(walked->trace, memory_);
    PhysAddr const target(walked->address.value & static_cast<uint64_t>(int64_t{paging.a20_mask}));
    entry.paddr = target.value;
    entry.perms = static_cast<uc_prot>(granted_rights(
        mmu::tlb_rights(paging.context, *walked, access.requester), target, operation));
    return true;
}

void UnicornEngine::leave_our_walk_if_due(mmu::Context const& context)
{
    if (walker_ != Walker::Ours || !library_should_walk(context))
        return;
    leave_at_next_block_ = true;
    update_attention();
}

uint32_t UnicornEngine::library_rights(mmu::TlbRights rights)
{
    return (rights.read ? uint32_t{UC_PROT_READ} : 0) |
           (rights.write ? uint32_t{UC_PROT_WRITE} : 0) |
           (rights.fetch ? uint32_t{UC_PROT_EXEC} : 0);
}

// A page may be stored to once it is marked; that costs it one more miss, after each snapshot.
bool UnicornEngine::is_dirty_after(PhysAddr page, mmu::Operation operation)
{
    auto const number = memory_.ram_page(page);
    if (number && operation == mmu::Operation::Write)
        memory_.dirty().mark(*number);
    return !number || memory_.dirty().has(*number);
}

void UnicornEngine::watch_writes()
{
    flush_all_tlbs();
    memo_ = {};
}

uint32_t UnicornEngine::granted_rights(mmu::TlbRights allowed, PhysAddr page,
                                       mmu::Operation operation)
{
    if (operation == mmu::Operation::Fetch)
        note_code(page);
    bool const is_code = page_use_.has(page, PageUse::Code);
    if (!is_code && allowed.write)
        page_use_.set(page, PageUse::Writable);
    allowed.fetch &= is_code;
    return library_rights(allowed);
}

void UnicornEngine::note_code(PhysAddr page)
{
    if (page_use_.has(page, PageUse::Code))
        return;
    page_use_.set(page, PageUse::Code);
    if (page_use_.has(page, PageUse::Writable)) // entries without the check may be about
        flush_all_tlbs();
    page_use_.clear(page, PageUse::Writable);
    if (walker_ == Walker::Library)
        watch_code(page);
}

// The library's own walk does not tell what is fetched, but what is translated can be looked up.
void UnicornEngine::note_translation(uint64_t address, uint32_t size)
{
    mmu::Context const context = access_.load_paging().context;
    uint64_t const last = address + size - 1;
    bool const on_one_page = address / kPageSize == last / kPageSize;
    for (uint64_t const at : {address, last}) {
        if (auto const code = mmu::translate(context, memory_, VirtAddr(at), {}))
            note_code(code->address.page_start());
        if (on_one_page)
            return;
    }
}

uc_err UnicornEngine::start_library(uint64_t rip)
{
    CallScope const scope(*this);
    if (!library_calls_are_ours() || !walks_for_library())
        memory_.dirty().mark_all(); // the library does not tell
    return uc_emu_start(engine_.get(), rip, 0, 0, 0);
}

// Runs until something stops it, changing the walker as needed on the way.
uc_err UnicornEngine::run_blocks()
{
    while (true) {
        uint64_t rip = 0;
        uc_reg_read(engine_.get(), UC_X86_REG_RIP, &rip);
        if (std::exchange(cutting_, false))
            next_block_->limit(cut_length_);
        uc_err const status = start_library(rip);
        if (fill_refused_ && status == UC_ERR_EXCEPTION) {
            fill_refused_ = false;
            uncount_rest_of_block(access_.load().linear_rip());
            debug_.leave_pieces();
            set_walker(Walker::Library);
            run_one_block_ = true;
            update_attention();
            continue;
        }
        fill_refused_ = false;
        if (cutting_ || (stop_ == Stop::Requested && debug_.in_pieces(clock_.retired())))
            continue; // the block is finished first
        if (!changing_walker_)
            return status;
        changing_walker_ = false;
        leave_at_next_block_ = false;
        update_attention();
        choose_walker();
    }
}

} // namespace pagelab::cpu
