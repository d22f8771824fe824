// One patched context per question, and the self-test of the state's layout.
#include "emu/cpu/mmu_probe_engine.hpp"

#include <vector>

#include "emu/base/check.hpp"
#include "guestkernel/abi/x86/rflags.hpp"

namespace pagelab::cpu {

using mmu::Context;
using mmu::Operation;
using mmu::PagingMode;
using mmu::Requester;

using namespace probe;

Result<> MmuProbe::Engine::open(size_t ram_bytes)
{
    void* const memory = mmap(nullptr, ram_bytes, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return fail("cannot reserve {} bytes of memory", ram_bytes);
    ram = static_cast<std::byte*>(memory);
    bytes = ram_bytes;
    for (uint64_t const page : {0u, 1u})
        write_code(ram + own_page(page));
    uc_err error = uc_open(UC_ARCH_X86, UC_MODE_64, &uc);
    if (error == UC_ERR_OK)
        error = uc_ctl_exits_enable(uc);
    if (error == UC_ERR_OK)
        error = uc_mem_map_ptr(uc, 0, bytes, UC_PROT_ALL, ram);
    uc_hook hook;
    if (error == UC_ERR_OK)
        error = uc_hook_add(uc, &hook, UC_HOOK_INTR, reinterpret_cast<void*>(&on_interrupt), this,
                            1, 0);
    if (error == UC_ERR_OK)
        error = uc_context_alloc(uc, &start);
    if (error == UC_ERR_OK)
        error = uc_context_alloc(uc, &end);
    if (error != UC_ERR_OK)
        return fail("cannot start the cpu engine: {}", uc_strerror(error));
    return {};
}

// A marker in RAX shows where the state begins, one in CR2 that the layout is the expected one.
Result<> MmuProbe::Engine::find_state()
{
    uint64_t const rax = 0x7061'6765'6c61'6221;
    uint64_t const cr2 = 0x1122'3344'5566'7788;
    uc_reg_write(uc, UC_X86_REG_RAX, &rax);
    uc_reg_write(uc, UC_X86_REG_CR2, &cr2);
    uc_x86_msr efer = {0xc000'0080, 0};
    uc_reg_read(uc, UC_X86_REG_MSR, &efer);
    uc_context_save(uc, start);
    size_t const size = uc_context_size(uc);
    while (state_offset + sizeof(CpuState) <= size) {
        CpuState const state = load(start);
        if (state.regs[0] == rax && state.cr[2] == cr2 && state.efer == efer.value)
            return {};
        state_offset += sizeof(uint64_t);
    }
    return fail("the cpu state of unicorn {}.{} has an unknown layout", UC_API_MAJOR, UC_API_MINOR);
}

// Four faults of known code, from an empty page directory at 0; the one place that tells all four.
Result<> MmuProbe::Engine::find_error_code()
{
    struct Known {
        mmu::Access access;
        uint32_t code;
    };
    Known const known[] = {{{Operation::Read, Requester::Supervisor}, 0},
                           {{Operation::Write, Requester::Supervisor}, 2},
                           {{Operation::Read, Requester::User}, 4},
                           {{Operation::Write, Requester::User}, 6}};
    Context const context{0x8000'0011, 0, 0, 0, 0, 40};
    map_code(ram, context, own_page(kCodePages), own_page(0));
    size_t const size = uc_context_size(uc);
    std::vector<size_t> candidates;
    for (size_t offset = state_offset; offset + 116 <= size; offset += 4)
        candidates.push_back(offset);
    for (auto const& [access, code] : known) {
        run(context, VirtAddr(0x1234), access, access.requester == Requester::User ? 3 : 0);
        if (vector != 14 || load(end).cr[2] != 0x1234)
            return fail("the cpu engine raises vector {} for a page that is not present", vector);
        // old_exception, which must be the page fault, lies 112 bytes behind the error code.
        std::erase_if(candidates, [&](size_t offset) {
            return word(offset) != code || word(offset + 112) != 14;
        });
    }
    std::memset(ram, 0, kPageSize);
    if (candidates.size() != 1)
        return fail("{} places may hold the page fault's error code", candidates.size());
    error_code_offset = candidates.front();
    return {};
}

void MmuProbe::Engine::set_registers(Context const& context, unsigned level)
{
    PagingMode const mode = paging_mode(context);
    bool const long_mode = mode == PagingMode::Level4 || mode == PagingMode::Level5;
    CpuState state = load(start);
    state.rflags = x86::rflags::kReset | x86::rflags::AlignmentCheck::in_place(context.rflags);
    state.cs = segment(2, level, long_mode ? 0x00a0'9b00 : 0x00c0'9b00);
    state.ss = state.ds = state.es = segment(3, level, 0x00c0'9300);
    state.hflags = level | kCode32 | kStack32 | kProtected | (long_mode ? kLongMode | kCode64 : 0) |
                   (x86::cr4::SupervisorAccessPrevention::is_set(context.cr4) ? kSmap : 0);
    state.cr[0] = context.cr0;
    state.cr[2] = 0;
    state.cr[3] = context.cr3;
    state.cr[4] = context.cr4;
    state.efer = context.efer | (long_mode ? x86::efer::LongModeActive::mask : 0);
    std::memcpy(blob(start) + state_offset, &state, sizeof state);
}

void MmuProbe::Engine::run(Context const& context, VirtAddr address, mmu::Access access,
                           unsigned level)
{
    set_registers(context, level);
    CpuState state = load(start);
    state.regs[0] = kStored;
    state.regs[1] = kImplicitOffset; // the selector
    state.regs[3] = address.value;
    state.gdt = {0, address.value - kImplicitOffset, 0xffff, 0};
    std::memcpy(blob(start) + state_offset, &state, sizeof state);
    uint64_t const code = stub_address(paging_mode(context)) + (level == 3 ? kPageSize : 0);
    vector = kNoVector;
    uc_context_restore(uc, start);
    uc_ctl_flush_tlb(uc);
    uc_err const error = uc_emu_start(uc, code + code_offset(access), 0, 0, 0);
    uc_context_save(uc, end);
    ENSURE(error == UC_ERR_OK && vector != kNoVector, "probe of {:#x}: {}, rip {:#x}",
           address.value, uc_strerror(error), load(end).rip);
}

} // namespace pagelab::cpu
