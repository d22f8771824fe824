// The one file that includes Capstone: one handle per code width, opened on first use, one that
// tells operands, and one per width for text.
//
// Which operands go through SS in 64-bit mode: Intel SDM volume 1, section 3.3.7.1.
#include "emu/base/decoder.hpp"

#include <algorithm>
#include <array>

#include <capstone/capstone.h>

#include "emu/base/check.hpp"

namespace pagelab {

struct Decoder::Handles {
    std::array<csh, 3> by_width{};
    cs_insn* scratch = nullptr;
    csh detailed = 0;
    cs_insn* detailed_scratch = nullptr;
    std::array<csh, 3> text{};

    ~Handles()
    {
        if (scratch != nullptr)
            cs_free(scratch, 1);
        if (detailed_scratch != nullptr)
            cs_free(detailed_scratch, 1);
        if (detailed != 0)
            cs_close(&detailed);
        for (auto* const handles : {&by_width, &text})
            for (csh& handle : *handles)
                if (handle != 0)
                    cs_close(&handle);
    }
};

namespace {

cs_mode capstone_mode(CodeWidth width)
{
    switch (width) {
    case CodeWidth::Bits16:
        return CS_MODE_16;
    case CodeWidth::Bits32:
        return CS_MODE_32;
    case CodeWidth::Bits64:
        return CS_MODE_64;
    }
    return CS_MODE_64;
}

unsigned register_number(x86_reg reg)
{
    constexpr x86_reg kRegisters[] = {X86_REG_RAX, X86_REG_RCX, X86_REG_RDX, X86_REG_RBX,
                                      X86_REG_RSP, X86_REG_RBP, X86_REG_RSI, X86_REG_RDI,
                                      X86_REG_R8,  X86_REG_R9,  X86_REG_R10, X86_REG_R11,
                                      X86_REG_R12, X86_REG_R13, X86_REG_R14, X86_REG_R15};
    auto const* const at = std::ranges::find(kRegisters, reg);
    return at == std::end(kRegisters) ? MemoryOperand::kNone
                                      : static_cast<unsigned>(at - std::begin(kRegisters));
}

constexpr unsigned kRsp = 4, kRbp = 5;

// The base decides, unless FS or GS is asked for; prefixes of the other segments say nothing.
MemoryOperand explicit_operand(cs_x86_op const& operand)
{
    x86_op_mem const& memory = operand.mem;
    MemoryOperand result;
    result.base = register_number(memory.base);
    result.index = register_number(memory.index);
    result.scale = static_cast<unsigned>(memory.scale);
    result.displacement = static_cast<uint64_t>(memory.disp);
    result.bytes = operand.size;
    bool const overridden = memory.segment == X86_REG_FS || memory.segment == X86_REG_GS;
    if ((result.base == kRsp || result.base == kRbp) && !overridden)
        result.segment = MemoryOperand::Segment::Stack;
    return result;
}

// What the instruction pushes or pops, if it does. `bytes` of a slot: 8, or 2 with prefix 66.
std::optional<MemoryOperand> stack_operand(unsigned instruction, unsigned bytes)
{
    auto const at = [](unsigned base, uint64_t displacement, unsigned size) {
        return MemoryOperand{
            MemoryOperand::Segment::Stack, base, MemoryOperand::kNone, 1, displacement, size};
    };
    switch (instruction) {
    case X86_INS_PUSH:
    case X86_INS_PUSHF:
    case X86_INS_PUSHFQ:
    case X86_INS_CALL:
    case X86_INS_ENTER:
        return at(kRsp, uint64_t{0} - bytes, bytes);
    case X86_INS_POP:
    case X86_INS_POPF:
    case X86_INS_POPFQ:
    case X86_INS_RET:
        return at(kRsp, 0, bytes);
    case X86_INS_RETF:
        return at(kRsp, 0, 8);
    case X86_INS_RETFQ:
        return at(kRsp, 0, 16);
    case X86_INS_LEAVE:
        return at(kRbp, 0, bytes);
    case X86_INS_IRETQ:
        return at(kRsp, 0, 40);
    case X86_INS_IRETD:
        return at(kRsp, 0, 20);
    default:
        return {};
    }
}

// What a branch goes to, or the fixed address of an operand in memory.
std::optional<uint64_t> target_of(csh handle, cs_insn const& instruction)
{
    bool const is_branch = cs_insn_group(handle, &instruction, CS_GRP_JUMP) ||
                           cs_insn_group(handle, &instruction, CS_GRP_CALL);
    cs_x86 const& x86 = instruction.detail->x86;
    for (uint8_t i = 0; i < x86.op_count; ++i) {
        cs_x86_op const& operand = x86.operands[i];
        if (is_branch && operand.type == X86_OP_IMM)
            return static_cast<uint64_t>(operand.imm);
        if (operand.type != X86_OP_MEM || operand.mem.index != X86_REG_INVALID)
            continue;
        auto const displacement = static_cast<uint64_t>(operand.mem.disp);
        if (operand.mem.base == X86_REG_RIP)
            return instruction.address + instruction.size + displacement;
        bool const is_based = operand.mem.base != X86_REG_INVALID ||
                              operand.mem.segment == X86_REG_FS ||
                              operand.mem.segment == X86_REG_GS;
        if (!is_based)
            return displacement;
    }
    return {};
}

} // namespace

Decoder::Decoder() : handles_(std::make_unique<Handles>()) {}
Decoder::~Decoder() = default;

uint32_t Decoder::count(std::span<std::byte const> code, size_t size, CodeWidth width) const
{
    csh& handle = handles_->by_width[static_cast<size_t>(width)];
    if (handle == 0) {
        cs_err const status = cs_open(CS_ARCH_X86, capstone_mode(width), &handle);
        ENSURE(status == CS_ERR_OK, "capstone: {}", cs_strerror(status));
    }
    if (handles_->scratch == nullptr)
        handles_->scratch = cs_malloc(handle);
    auto const* bytes = reinterpret_cast<uint8_t const*>(code.data());
    size_t left = code.size();
    uint64_t position = 0;
    uint32_t instructions = 0;
    while (position < size && left != 0) {
        ++instructions;
        if (!cs_disasm_iter(handle, &bytes, &left, &position, handles_->scratch))
            break;
    }
    return instructions;
}

std::vector<MemoryOperand> Decoder::memory_operands(std::span<std::byte const> code) const
{
    csh& handle = handles_->detailed;
    if (handle == 0) {
        cs_err const status = cs_open(CS_ARCH_X86, CS_MODE_64, &handle);
        ENSURE(status == CS_ERR_OK, "capstone: {}", cs_strerror(status));
        cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
        handles_->detailed_scratch = cs_malloc(handle);
    }
    auto const* bytes = reinterpret_cast<uint8_t const*>(code.data());
    size_t left = code.size();
    uint64_t address = 0;
    cs_insn const& instruction = *handles_->detailed_scratch;
    if (!cs_disasm_iter(handle, &bytes, &left, &address, handles_->detailed_scratch))
        return {};

    cs_x86 const& x86 = instruction.detail->x86;
    bool const is_pop = instruction.id == X86_INS_POP;
    unsigned const slot = x86.prefix[2] == X86_PREFIX_OPSIZE ? 2 : 8;
    std::vector<MemoryOperand> operands;
    for (uint8_t i = 0; i < x86.op_count; ++i) {
        if (x86.operands[i].type != X86_OP_MEM)
            continue;
        MemoryOperand operand = explicit_operand(x86.operands[i]);
        if (is_pop && operand.base == kRsp) // RSP as it is after the pop
            operand.displacement += slot;
        if (operand.base != MemoryOperand::kNone || operand.index != MemoryOperand::kNone)
            operands.push_back(operand);
    }
    if (auto const stack = stack_operand(instruction.id, slot))
        operands.insert(is_pop ? operands.begin() : operands.end(), *stack);
    return operands;
}

std::optional<Instruction> Decoder::disassemble(std::span<std::byte const> code, uint64_t address,
                                                CodeWidth width, Syntax syntax) const
{
    if (code.empty())
        return {};
    csh& handle = handles_->text[static_cast<size_t>(width)];
    if (handle == 0) {
        cs_err const status = cs_open(CS_ARCH_X86, capstone_mode(width), &handle);
        ENSURE(status == CS_ERR_OK, "capstone: {}", cs_strerror(status));
        cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    }
    cs_option(handle, CS_OPT_SYNTAX,
              syntax == Syntax::Att ? CS_OPT_SYNTAX_ATT : CS_OPT_SYNTAX_INTEL);
    std::unique_ptr<cs_insn, void (*)(cs_insn*)> const scratch(
        cs_malloc(handle), [](cs_insn* instruction) { cs_free(instruction, 1); });
    auto const* bytes = reinterpret_cast<uint8_t const*>(code.data());
    size_t left = code.size();
    uint64_t const mask = width == CodeWidth::Bits64 ? ~uint64_t{0} : 0xffff'ffff;
    if (!cs_disasm_iter(handle, &bytes, &left, &address, scratch.get()))
        return Instruction{.size = 1, .mnemonic = "(bad)"};
    Instruction result{.size = scratch->size,
                       .mnemonic = scratch->mnemonic,
                       .operands = scratch->op_str,
                       .target = target_of(handle, *scratch)};
    if (result.target)
        *result.target &= mask;
    return result;
}

} // namespace pagelab
