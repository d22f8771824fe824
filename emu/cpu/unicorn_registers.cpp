// All registers of any processor, out of the library and into it, for the debugger.
#include <array>

#include "emu/cpu/unicorn_engine.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint32_t kEfer = 0xc000'0080;
constexpr uint64_t kEferWritable = 0xd01; // NXE, LME, SCE; LMA follows CR0.PG

// Intel SDM volume 4, table 2-2.
struct Msr {
    uint32_t number;
    uint64_t ModelRegisters::*place;
};
constexpr std::array kMsrs = {
    Msr{0x1b, &ModelRegisters::apic_base},
    Msr{0x277, &ModelRegisters::pat},
    Msr{0xc000'0103, &ModelRegisters::tsc_aux},
    Msr{0x174, &ModelRegisters::sysenter_cs},
    Msr{0x175, &ModelRegisters::sysenter_esp},
    Msr{0x176, &ModelRegisters::sysenter_eip},
    Msr{0xc000'0081, &ModelRegisters::star},
    Msr{0xc000'0082, &ModelRegisters::lstar},
    Msr{0xc000'0083, &ModelRegisters::cstar},
    Msr{0xc000'0084, &ModelRegisters::fmask},
    Msr{0xc000'0102, &ModelRegisters::kernel_gs_base},
};
constexpr std::array kDebug = {UC_X86_REG_DR0, UC_X86_REG_DR1,     UC_X86_REG_DR2,
                               UC_X86_REG_DR3, UC_X86_REG_INVALID, UC_X86_REG_INVALID,
                               UC_X86_REG_DR6, UC_X86_REG_DR7};

// Runs the calls it is given on each register that the library's interface has by name.
template<class Registers, class Transfer>
void for_each_named(Registers& registers, Transfer const& transfer)
{
    transfer(UC_X86_REG_CR8, registers.cr8);
    for (size_t i = 0; i < kDebug.size(); ++i)
        if (kDebug[i] != UC_X86_REG_INVALID)
            transfer(kDebug[i], registers.dr[i]);
    auto& fpu = registers.fpu;
    transfer(UC_X86_REG_FPCW, fpu.control);
    transfer(UC_X86_REG_FPSW, fpu.status); // with it the top, which names ST(i)
    transfer(UC_X86_REG_FPTAG, fpu.tags);
    transfer(UC_X86_REG_MXCSR, fpu.mxcsr);
    for (size_t i = 0; i < fpu.st.size(); ++i)
        transfer(UC_X86_REG_ST0 + static_cast<int>(i), fpu.st[i]);
    for (size_t i = 0; i < fpu.xmm.size(); ++i)
        transfer(UC_X86_REG_XMM0 + static_cast<int>(i), fpu.xmm[i]);
}

} // namespace

// The engine as another processor's, for as long as it lives. Leaves no trace but a flush of that
// one's TLB which was due anyway.
class UnicornEngine::Visit {
  public:
    Visit(UnicornEngine& engine, unsigned cpu)
        : engine_(engine), home_(engine.cpu_), switches_(engine.statistics_.switches),
          generation_(engine.generation_)
    {
        engine_.switch_to(cpu);
    }
    Visit(Visit const&) = delete;
    Visit& operator=(Visit const&) = delete;
    ~Visit()
    {
        engine_.switch_to(home_);
        engine_.statistics_.switches = switches_;
        engine_.generation_at_look_ += engine_.generation_ - generation_;
    }

  private:
    UnicornEngine& engine_;
    unsigned home_;
    uint64_t switches_, generation_;
};

CpuRegisters UnicornEngine::registers(unsigned cpu)
{
    Visit const visit(*this, cpu);
    return load_registers();
}

Result<> UnicornEngine::set_registers(unsigned cpu, CpuRegisters const& registers)
{
    CpuState const& state = registers.state;
    bool const paging = (state.cr0 >> 31 & 1) != 0;
    if (paging && !state.protected_mode())
        return fail("cr0 {:#x} has paging without protection", state.cr0);
    if (paging && (state.efer >> 8 & 1) != 0 && (state.cr4 >> 5 & 1) == 0)
        return fail("cr4 {:#x} has no pae, which long mode needs", state.cr4);
    Visit const visit(*this, cpu);
    store_registers(registers);
    return {};
}

CpuRegisters UnicornEngine::load_registers()
{
    CpuRegisters registers;
    registers.state = access_.load();
    for (Msr const& msr : kMsrs)
        registers.msr.*msr.place = read_msr(msr.number);
    for_each_named(registers, [&](int id, auto& value) { uc_reg_read(engine_.get(), id, &value); });
    return registers;
}

// Those that decide how addresses are translated go through the library, which flushes its TLB.
void UnicornEngine::store_registers(CpuRegisters const& registers)
{
    CpuRegisters const old = load_registers();
    CpuState state = registers.state;
    auto const write_msr = [&](uint32_t number, uint64_t value) {
        uc_x86_msr msr = {number, value};
        uc_reg_write(engine_.get(), UC_X86_REG_MSR, &msr);
    };
    if (((state.efer ^ old.state.efer) & kEferWritable) != 0) {
        write_msr(kEfer, state.efer);
        flush_tlb();
    }
    bool const changes_space =
        state.cr0 != old.state.cr0 || state.cr3 != old.state.cr3 || state.cr4 != old.state.cr4;
    if (changes_space) {
        uc_reg_write(engine_.get(), UC_X86_REG_CR4, &state.cr4);
        uc_reg_write(engine_.get(), UC_X86_REG_CR3, &state.cr3);
        uc_reg_write(engine_.get(), UC_X86_REG_CR0, &state.cr0);
        flush_tlb();
    }
    access_.store(state);
    access_.store_all_flags(state.rflags);
    if (changes_space)
        load_pdptes();
    for (Msr const& msr : kMsrs)
        if (registers.msr.*msr.place != old.msr.*msr.place)
            write_msr(msr.number, registers.msr.*msr.place);
    for_each_named(registers,
                   [&](int id, auto const& value) { uc_reg_write(engine_.get(), id, &value); });
    debug_.resuming = debug_.resuming && state == old.state; // else the walker is chosen anew
    if (!(state == old.state))
        debug_.leave_pieces();
}

} // namespace pagelab::cpu
