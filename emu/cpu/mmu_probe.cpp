// What one access, or one look-up, came to: read from the engine's contexts.
#include "emu/cpu/mmu_probe.hpp"

#include "emu/base/check.hpp"
#include "emu/cpu/mmu_probe_engine.hpp"

namespace pagelab::cpu {

using mmu::Context;
using mmu::Operation;
using mmu::PagingMode;
using mmu::Requester;

using namespace probe;

namespace {

constexpr unsigned kBreakpointVector = 3;

} // namespace

MmuProbe::MmuProbe(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
MmuProbe::~MmuProbe() = default;

Result<std::unique_ptr<MmuProbe>> MmuProbe::create(size_t bytes)
{
    if (bytes < 0x1'0000 || bytes % kPageSize != 0)
        return fail("the probe's RAM of {} bytes is too small or not whole pages", bytes);
    auto engine = std::make_unique<Engine>();
    TRY(engine->open(bytes));
    TRY(engine->find_state());
    TRY(engine->find_error_code());
    return std::unique_ptr<MmuProbe>(new MmuProbe(std::move(engine)));
}

std::span<std::byte> MmuProbe::ram()
{
    return {engine_->ram, engine_->bytes};
}

uint64_t MmuProbe::free_bytes() const
{
    return engine_->own_page(0);
}

unsigned MmuProbe::stub_index(PagingMode mode)
{
    return probe::stub_index(mode);
}

void MmuProbe::map_stubs(Context const& context)
{
    map_code(engine_->ram, context, engine_->own_page(kCodePages), engine_->own_page(0));
}

ProbeOutcome MmuProbe::access(Context const& context, VirtAddr address, mmu::Access access,
                              unsigned implicit_level)
{
    unsigned const level = access.requester == Requester::User         ? 3
                           : access.requester == Requester::Supervisor ? 0
                                                                       : implicit_level;
    engine_->run(context, address, access, level);
    CpuState const state = engine_->load(engine_->end);
    ProbeOutcome outcome;
    outcome.faulted = engine_->vector != kBreakpointVector;
    outcome.vector = engine_->vector;
    outcome.error_code = engine_->word(engine_->error_code_offset);
    outcome.cr2 = state.cr[2];
    outcome.rip = state.rip;
    outcome.value = static_cast<uint32_t>(state.regs[0]);
    return outcome;
}

void MmuProbe::enter(Context const& context, Requester requester)
{
    ENSURE(requester != Requester::ImplicitSupervisor, "only instructions access implicitly");
    engine_->set_registers(context, requester == Requester::User ? 3 : 0);
    uc_context_restore(engine_->uc, engine_->start);
    uc_ctl_flush_tlb(engine_->uc);
}

ProbeLookUp MmuProbe::look_up(VirtAddr address, Operation operation)
{
    constexpr uc_prot kProtections[] = {UC_PROT_READ, UC_PROT_WRITE, UC_PROT_EXEC};
    uint64_t physical = 0;
    uc_err const error = uc_vmem_translate(
        engine_->uc, address.value, kProtections[static_cast<unsigned>(operation)], &physical);
    if (error == UC_ERR_OK) {
        uc_ctl_flush_tlb(engine_->uc);
        return {false, PhysAddr(physical), 0, 0};
    }
    uc_context_save(engine_->uc, engine_->end);
    return {true, PhysAddr(0), engine_->word(engine_->error_code_offset),
            engine_->load(engine_->end).cr[2]};
}

} // namespace pagelab::cpu
