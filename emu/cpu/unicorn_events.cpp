// Leaving a block in the middle: exceptions, SYSCALL and SYSENTER, and the count put right.
//
// #GP(0) through the stack segment becomes #SS(0) here: stack_fault.hpp.
// SYSCALL and SYSENTER per Intel SDM vol. 2. The library's helper adds the instruction's length to
// RIP after the callback, so the target is stored that much lower.
#include "emu/cpu/unicorn_engine.hpp"

#include "emu/cpu/stack_fault.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint32_t kSysenterCs = 0x174, kSysenterEsp = 0x175, kSysenterEip = 0x176;
constexpr uint32_t kStar = 0xc000'0081, kLstar = 0xc000'0082, kFmask = 0xc000'0084;
constexpr uint8_t kInvalidOpcode = 6, kStackFault = 12, kGeneralProtection = 13;
constexpr uint32_t kFlatCode32 = 0x00cf'9b00, kFlatCode64 = 0x00af'9b00, kFlatData = 0x00cf'9300;
constexpr size_t kLongestInstruction = 15;
constexpr uint8_t kEscape = 0x0f; // first opcode byte of SYSCALL and SYSENTER, after any prefixes

// Bytes at a linear address as a debugger reads them: no rights, no flags set. Stops short at a
// page that is not mapped.
std::vector<std::byte> read_code(CpuState const& state, mem::PhysicalMemory const& memory,
                                 uint64_t linear, size_t size)
{
    mmu::Context context = paging_context(state);
    context.cr4 &= ~((1u << 20) | (1u << 21)); // SMEP, SMAP: we are not the guest
    std::vector<std::byte> code(size);
    size_t done = 0;
    while (done < size) {
        auto const at = mmu::translate(context, memory, VirtAddr(linear + done),
                                       {mmu::Operation::Read, mmu::Requester::Supervisor});
        if (!at)
            break;
        size_t const count = std::min<size_t>(size - done, kPageSize - at->address.page_offset());
        memory.read(at->address, std::span(code).subspan(done, count));
        done += count;
    }
    code.resize(done);
    return code;
}

CodeWidth code_width(CpuState const& state)
{
    if (state.code_64())
        return CodeWidth::Bits64;
    return attribute::DefaultSize::is_set(state.segment[Cs].attributes) ? CodeWidth::Bits32
                                                                        : CodeWidth::Bits16;
}

// INT3 (cc) and INTO (ce) are one byte, INT n is two.
uint8_t interrupt_length(CpuState const& state, mem::PhysicalMemory const& memory, uint8_t vector)
{
    constexpr std::byte kInt3{0xcc}, kInto{0xce};
    auto const last = read_code(state, memory, state.linear_rip() - 1, 1);
    bool const is_short = last.size() == 1 &&
                          ((vector == 3 && last[0] == kInt3) || (vector == 4 && last[0] == kInto));
    return is_short ? 1 : 2;
}

bool is_unspecific_protection(Event const& event)
{
    return event.vector == kGeneralProtection && event.source == Event::Source::Exception &&
           event.error_code == 0;
}

uint64_t escape_length(CpuState const& state, mem::PhysicalMemory const& memory)
{
    auto const code = read_code(state, memory, state.linear_rip(), kLongestInstruction);
    uint64_t prefixes = 0;
    while (prefixes < code.size() && code[prefixes] != std::byte{kEscape})
        ++prefixes;
    return prefixes + 2;
}

} // namespace

uint32_t UnicornEngine::decode_block(uint64_t address, uint32_t size)
{
    CpuState const state = access_.load();
    auto const code = read_code(state, memory_, address, size + kLongestInstruction);
    uint32_t const count = std::max(decoder_.count(code, size, code_width(state)), 1u);
    counter_.remember(address, size, count);
    return count;
}

bool UnicornEngine::ends_in_pause(uint64_t address, uint32_t size) const
{
    constexpr std::array kPause = {std::byte{0xf3}, std::byte{0x90}};
    if (size < kPause.size())
        return false;
    return std::ranges::equal(
        read_code(access_.load(), memory_, address + size - kPause.size(), kPause.size()), kPause);
}

// Instructions of the current block that begin before `linear`.
uint32_t UnicornEngine::executed_before(uint64_t linear) const
{
    BlockClock::Record const& block = clock_.current();
    if (linear <= block.address || linear - block.address > block.size)
        return linear == block.address ? 0 : block.count;
    return count_between(block, linear);
}

// Of this block, up to an address in it.
uint32_t UnicornEngine::count_between(BlockClock::Record const& block, uint64_t linear) const
{
    PartialCount& cached = partial_counts_[(block.address ^ linear) % partial_counts_.size()];
    if (cached.block == block.address && cached.linear == linear &&
        cached.generation == generation_)
        return cached.count;
    CpuState const state = access_.load();
    auto const code = read_code(state, memory_, block.address, block.size + kLongestInstruction);
    uint32_t const count = decoder_.count(code, linear - block.address, code_width(state));
    cached = {block.address, linear, generation_, count};
    return count;
}

void UnicornEngine::uncount_rest_of_block(uint64_t linear)
{
    uint32_t const count = clock_.current().count;
    if (count == 0)
        return;
    clock_.take_back(count - executed_before(linear));
    clock_.leave_block();
}

// The library gives up a block that changes itself, and begins again at the store: with a block of
// one instruction (Unicorn 2.1, tb_invalidate_phys_page_range__locked in translate-all.c). No jump
// leads to such a block inside the one it comes from: what is alone by nature ends every block.
bool UnicornEngine::uncount_if_restarted(BlockClock::Record const& next)
{
    BlockClock::Record const& block = clock_.current();
    bool const restarted = next.count == 1 && next.address >= block.address &&
                           next.address + next.size < block.address + block.size;
    if (restarted)
        uncount_rest_of_block(next.address);
    return restarted;
}

// RIP is at the instruction, or after it for INT n.
void UnicornEngine::take_exception(Event event)
{
    CpuState state = access_.load();
    if (is_unspecific_protection(event) && state.code_64()) {
        auto const code = read_code(state, memory_, state.linear_rip(), kLongestInstruction);
        if (faults_through_stack(state, code, decoder_))
            event.vector = kStackFault;
    }
    ++statistics_.exceptions[event.vector];
    uncount_rest_of_block(state.linear_rip());
    debug_.leave_pieces();
    if (!debug_.points.empty() && holds_event(event))
        return;
    finish_delivery(state, event);
}

void UnicornEngine::finish_delivery(CpuState& state, Event event)
{
    access_.clear_old_exception();
    LinearAccess linear(state, memory_, memo_);
    Segment const task = state.tr;
    auto const entered = enter_handler(state, linear, event);
    if (!entered) {
        if (event.source == Event::Source::SoftwareInterrupt) { // INT itself faulted
            event.length = interrupt_length(access_.load(), memory_, event.vector);
            clock_.take_back(1);
        }
        last_delivery_ = escalate(state, linear, event, entered.error(), task);
    }
    if (state.tr == task) {
        access_.store_entry(state);
    } else {
        access_.store(state);
        access_.store_all_flags(state.rflags);
        // Through the API, for the TLB and the mode bits they decide.
        uc_reg_write(engine_.get(), UC_X86_REG_CR0, &state.cr0);
        uc_reg_write(engine_.get(), UC_X86_REG_CR3, &state.cr3);
        load_pdptes();
    }
    if (!entered && last_delivery_.triple_fault) {
        stop_ = Stop::TripleFault;
        update_attention();
        uc_emu_stop(engine_.get());
    }
}

void UnicornEngine::enter_by_instruction(CpuState& state, uint64_t rflags)
{
    state.cpl = 0;
    state.rflags = rflags;
    access_.store(state);
    access_.store_all_flags(rflags);
}

void UnicornEngine::fault_by_instruction(Event event, uint64_t length)
{
    take_exception(event);
    CpuState state = access_.load();
    state.rip -= length;
    access_.store(state);
}

void UnicornEngine::on_syscall(uc_engine*, void* self) noexcept
{
    auto& engine = *static_cast<UnicornEngine*>(self);
    CpuState state = engine.access_.load();
    uint64_t const length = escape_length(state, engine.memory_);
    bool const enabled = (state.efer & 1) != 0;
    if (!enabled || !state.code_64()) { // outside 64-bit mode Intel has no SYSCALL
        engine.fault_by_instruction({kInvalidOpcode, Event::Source::Exception, 0}, length);
        return;
    }
    uint64_t const star = engine.read_msr(kStar);
    auto const selector = static_cast<uint16_t>(star >> 32 & 0xfffc);
    state.gpr[Rcx] = state.rip + length;
    state.gpr[R11] = state.rflags & ~uint64_t{1u << 16}; // RF is saved as clear
    state.segment[Cs] = {selector, 0, 0xffff'ffff, kFlatCode64};
    state.segment[Ss] = {static_cast<uint16_t>(selector + 8), 0, 0xffff'ffff, kFlatData};
    state.rip = engine.read_msr(kLstar) - length;
    engine.enter_by_instruction(state, (state.rflags & ~engine.read_msr(kFmask)) | 0x2);
}

void UnicornEngine::on_sysenter(uc_engine*, void* self) noexcept
{
    auto& engine = *static_cast<UnicornEngine*>(self);
    CpuState state = engine.access_.load();
    uint64_t const length = escape_length(state, engine.memory_);
    auto const selector = static_cast<uint16_t>(engine.read_msr(kSysenterCs) & 0xfffc);
    if (selector == 0) {
        engine.fault_by_instruction({kGeneralProtection, Event::Source::Exception, 0}, length);
        return;
    }
    bool const long_mode = state.long_mode();
    uint64_t const mask = long_mode ? ~uint64_t{0} : 0xffff'ffff;
    state.segment[Cs] = {selector, 0, 0xffff'ffff, long_mode ? kFlatCode64 : kFlatCode32};
    state.segment[Ss] = {static_cast<uint16_t>(selector + 8), 0, 0xffff'ffff, kFlatData};
    state.gpr[Rsp] = engine.read_msr(kSysenterEsp) & mask;
    state.rip = (engine.read_msr(kSysenterEip) & mask) - length;
    constexpr uint64_t kCleared = 1u << 9 | 1u << 16 | 1u << 17; // IF, RF, VM
    engine.enter_by_instruction(state, (state.rflags & ~kCleared) | 0x2);
}

} // namespace pagelab::cpu
