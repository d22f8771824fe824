// The callbacks: counting blocks, exceptions, ports, holes, and the instructions we complete.
#include <array>

#include "emu/cpu/access_patch.hpp"
#include "emu/cpu/block_patch.hpp"
#include "emu/cpu/cpuid_topology.hpp"
#include "emu/cpu/unicorn_engine.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint32_t kTscAux = 0xc000'0103;

UnicornEngine* engine_of(void* self)
{
    return static_cast<UnicornEngine*>(self);
}

} // namespace

// A block entered by callback: the first time, and always where counting in place is not possible.
void UnicornEngine::on_block(uc_engine*, uint64_t address, uint32_t size, void* self) noexcept
{
    UnicornEngine& engine = *engine_of(self);
    uint32_t count = engine.counter_.find(address, size);
    if (count == 0)
        count = engine.decode_block(address, size);
    BlockClock::Record const block{address, size, count};
    bool const restarted = engine.uncount_if_restarted(block);
    engine.clock_.leave_block();
    if (engine.holds_back(block))
        return;
    engine.clock_.enter_called_block(block);
    ++engine.statistics_.block_calls;
    if (engine.counter_.ends_in_pause(address, size))
        engine.stop_after_pause();
    else if (!restarted && engine.counter_.is_hot(address, size)) // else it goes on calling
        engine.count_in_place(static_cast<std::byte*>(__builtin_return_address(0)));
}

// From the next time on.
void UnicornEngine::count_in_place(std::byte* after_call)
{
    constexpr size_t kBefore = 64, kAfter = 32; // more than the calls take
    if (!code_writable_)
        code_writable_ = is_writable(after_call);
    if (!*code_writable_)
        return;
    BlockClock::Record const block = clock_.current();
    if (debug_.points.may_break(block.address, block.size))
        return; // goes on calling
    if (std::byte* const price =
            patch_block({after_call - kBefore, kBefore + kAfter}, kBefore, {engine_.get(), this},
                        clock_.hot(), clock_.next_record(), block.count)) {
        prices_.emplace_back(clock_.next_record(), price);
        clock_.add_record(block);
        statistics_.short_accesses += shorten_accesses(rest_of_block(after_call), host_rotate());
    }
}

void UnicornEngine::on_low_credit(BlockClock::Hot* hot) noexcept
{
    UnicornEngine& engine = *hot->engine;
    uint32_t const record = hot->current;
    engine.clock_.give_back(record);
    engine.clock_.leave_block();
    if (!engine.holds_back(engine.clock_.record(record)))
        engine.clock_.enter_block(record);
}

bool UnicornEngine::attend()
{
    if (stop_) { // on the way out already
        uc_emu_stop(engine_.get());
        return true;
    }
    if (run_one_block_) {
        run_one_block_ = false;
        leave_at_next_block_ = true;
        return false;
    }
    if (clock_.retired() >= look_at_tlb_at_)
        look_at_tlb();
    if (clock_.retired() >= deadline_)
        stop_ = Stop::Deadline;
    else if (clock_.retired() >= slice_end_)
        stop_ = Stop::SliceEnd;
    else if (pausing_)
        stop_ = Stop::Pause;
    else if (watch_window_ && can_interrupt())
        stop_ = Stop::InterruptWindow;
    else if (leave_at_next_block_)
        changing_walker_ = true;
    if (!stop_ && !changing_walker_)
        return false;
    uc_emu_stop(engine_.get());
    return true;
}

void UnicornEngine::on_translation(uc_engine*, uc_tb* current, uc_tb*, void* self) noexcept
{
    UnicornEngine& engine = *engine_of(self);
    ++engine.generation_;
    ++engine.statistics_.translations;
    if (engine.walker_ == Walker::Library)
        engine.note_translation(current->pc, current->size);
    engine.counter_.report_translation(current->pc, current->size, current->icount);
    if (engine.processors_.size() > 1 && engine.ends_in_pause(current->pc, current->size))
        engine.counter_.note_pause(current->pc, current->size);
}

void UnicornEngine::on_interrupt(uc_engine*, uint32_t vector, void* self) noexcept
{
    UnicornEngine& engine = *engine_of(self);
    auto const source = engine.access_.is_software_interrupt() ? Event::Source::SoftwareInterrupt
                                                               : Event::Source::Exception;
    engine.take_exception({static_cast<uint8_t>(vector), source, engine.access_.error_code()});
}

bool UnicornEngine::on_invalid_instruction(uc_engine*, void* self) noexcept
{
    constexpr uint8_t kInvalidOpcode = 6;
    UnicornEngine& engine = *engine_of(self);
    engine.take_exception({kInvalidOpcode, Event::Source::Exception, 0});
    return true;
}

uint32_t UnicornEngine::on_in(uc_engine*, uint32_t port, int size, void* self) noexcept
{
    UnicornEngine& engine = *engine_of(self);
    if (auto const seen = engine.watched_port(port, size, mmu::Operation::Read))
        engine.leave_instruction(*seen);
    return engine.platform_.port_in(static_cast<uint16_t>(port), static_cast<unsigned>(size));
}

void UnicornEngine::on_out(uc_engine*, uint32_t port, int size, uint32_t value, void* self) noexcept
{
    UnicornEngine& engine = *engine_of(self);
    if (auto const seen = engine.watched_port(port, size, mmu::Operation::Write))
        engine.leave_instruction(*seen);
    engine.platform_.port_out(static_cast<uint16_t>(port), static_cast<unsigned>(size), value);
}

bool UnicornEngine::on_rom_write(uc_engine*, uc_mem_type, uint64_t, int, int64_t, void*) noexcept
{
    return true; // handled: the library then drops the write, the region being read-only
}

uint64_t UnicornEngine::on_hole_read(uc_engine*, uint64_t offset, unsigned size,
                                     void* hole) noexcept
{
    auto const* const range = static_cast<Hole*>(hole);
    return range->engine->platform_.mmio_read(range->base + offset, size);
}

void UnicornEngine::on_hole_write(uc_engine*, uint64_t offset, unsigned size, uint64_t value,
                                  void* hole) noexcept
{
    auto const* const range = static_cast<Hole*>(hole);
    range->engine->platform_.mmio_write(range->base + offset, size, value);
}

int UnicornEngine::on_cpuid(uc_engine* handle, void* self) noexcept
{
    UnicornEngine& engine = *engine_of(self);
    uint64_t rax = 0, rcx = 0;
    uc_reg_read(handle, UC_X86_REG_RAX, &rax);
    uc_reg_read(handle, UC_X86_REG_RCX, &rcx);
    auto const leaf = static_cast<uint32_t>(rax), subleaf = static_cast<uint32_t>(rcx);
    auto found = engine.cpuid_.find({leaf, subleaf});
    if (found == engine.cpuid_.end())
        found = engine.cpuid_.find({leaf, 0});
    // Leaves beyond the last read as zero here; Intel would repeat the highest basic leaf.
    CpuidLeaf const common = found == engine.cpuid_.end() ? CpuidLeaf{} : found->second;
    auto const cpus = static_cast<unsigned>(engine.processors_.size());
    CpuidLeaf const answer = add_topology(leaf, subleaf, common, cpus, engine.cpu_);
    std::array const registers = {UC_X86_REG_RAX, UC_X86_REG_RBX, UC_X86_REG_RCX, UC_X86_REG_RDX};
    std::array const values = {answer.eax, answer.ebx, answer.ecx, answer.edx};
    for (size_t i = 0; i < registers.size(); ++i) {
        uint64_t const value = values[i];
        uc_reg_write(handle, registers[i], &value);
    }
    return 1;
}

void UnicornEngine::set_time_stamp()
{
    uint64_t const now = platform_.time_stamp();
    uint64_t const low = now & 0xffff'ffff, high = now >> 32;
    uc_reg_write(engine_.get(), UC_X86_REG_RAX, &low);
    uc_reg_write(engine_.get(), UC_X86_REG_RDX, &high);
}

int UnicornEngine::on_rdtsc(uc_engine*, void* self) noexcept
{
    engine_of(self)->set_time_stamp();
    return 1;
}

int UnicornEngine::on_rdtscp(uc_engine* handle, void* self) noexcept
{
    UnicornEngine& engine = *engine_of(self);
    engine.set_time_stamp();
    uint64_t const aux = engine.read_msr(kTscAux) & 0xffff'ffff;
    uc_reg_write(handle, UC_X86_REG_RCX, &aux);
    return 1;
}

uint64_t UnicornEngine::read_msr(uint32_t number) const
{
    uc_x86_msr msr = {number, 0};
    uc_reg_read(engine_.get(), UC_X86_REG_MSR, &msr);
    return msr.value;
}

} // namespace pagelab::cpu
