// Three ways to a caller, the surest first.
#include "emu/guest/unwind.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "emu/guest/dwarf_file.hpp"

namespace pagelab::guest {

namespace {

// DWARF's numbers, from the instruction encoding's.
constexpr std::array<unsigned, 16> kFromEncoding64 = {0, 2, 1,  3,  7,  6,  4,  5,
                                                      8, 9, 10, 11, 12, 13, 14, 15};

struct Numbers {
    unsigned sp, bp, bx, return_address;
};
constexpr Numbers kNumbers32 = {4, 5, 3, 8};
constexpr Numbers kNumbers64 = {7, 6, 3, 16};

Numbers const& numbers(unsigned word)
{
    return word == 4 ? kNumbers32 : kNumbers64;
}

// pt_regs' member names by DWARF number.
constexpr std::array<char const*, 8> kSaved32 = {"ax", "cx", "dx", "bx", "", "bp", "si", "di"};
constexpr std::array<char const*, 16> kSaved64 = {"ax",  "dx",  "cx",  "bx", "si",  "di",
                                                  "bp",  "",    "r8",  "r9", "r10", "r11",
                                                  "r12", "r13", "r14", "r15"};

std::span<char const* const> saved_names(unsigned word)
{
    return word == 4 ? std::span<char const* const>(kSaved32) : kSaved64;
}

struct Free {
    void operator()(Dwarf_Frame* frame) const { free(frame); }
};

} // namespace

char const* name(FoundBy how)
{
    switch (how) {
    case FoundBy::Registers:
        return "registers";
    case FoundBy::FrameInfo:
        return "frame information";
    case FoundBy::TrapFrame:
        return "trap frame";
    case FoundBy::FramePointer:
        return "frame pointer";
    }
    return "?";
}

std::optional<uint64_t> Unwinder::read_word(uint64_t address) const
{
    auto const value = view_.read_pointer(view_.advance(VirtAddr(address), 0));
    return value ? std::optional(value->value) : std::nullopt;
}

uint64_t Unwinder::stack_pointer(StackFrame const& frame) const
{
    return frame.registers[numbers(word()).sp].value_or(0);
}

StackFrame Unwinder::first_frame(std::span<uint64_t const, 16> gpr, uint64_t pc) const
{
    StackFrame frame{.pc = pc};
    for (unsigned i = 0; i < (word() == 4 ? 8u : 16u); ++i)
        frame.registers[word() == 4 ? i : kFromEncoding64[i]] = gpr[i];
    return frame;
}

Result<StackFrame> Unwinder::switched_out(uint64_t sp) const
{
    constexpr std::string_view kType = "inactive_task_frame";
    auto const names = saved_names(word());
    StackFrame frame{.how = FoundBy::FrameInfo, .is_call = true};
    for (size_t i = 0; i < names.size(); ++i)
        if (*names[i] != '\0' && view_.types().member(kType, names[i]))
            frame.registers[i] = TRY(view_.read_field(VirtAddr(sp), kType, names[i]));
    frame.pc = TRY(view_.read_field(VirtAddr(sp), kType, "return_address"));
    uint64_t const size = TRY(view_.types().size_of(kType));
    frame.registers[numbers(word()).sp] = view_.advance(VirtAddr(sp), size).value;
    return frame;
}

std::vector<StackFrame> Unwinder::walk(StackFrame first) const
{
    std::vector<StackFrame> frames = {std::move(first)};
    while (frames.size() < kMaxFrames) {
        auto next = caller(frames.back());
        if (!next || !is_text_(next->code_address()))
            break;
        bool const is_above = stack_pointer(*next) > stack_pointer(frames.back());
        if (!is_above && next->how != FoundBy::TrapFrame)
            break;
        frames.push_back(std::move(*next));
    }
    return frames;
}

std::optional<StackFrame> Unwinder::caller(StackFrame& frame) const
{
    if (auto found = by_frame_info(frame))
        return found;
    auto const place = code_.place(frame.code_address());
    std::string_view const where = place ? std::string_view(place->name) : "";
    for (std::string_view const entry :
         {"trap_common", "interrupt", "restore", "trap_stubs", "system_stubs"})
        if (where == entry)
            return by_trap_frame(frame);
    if (where == "ret_from_fork") // a thread's first
        return {};
    return by_frame_pointer(frame);
}

std::optional<StackFrame> Unwinder::by_frame_info(StackFrame& frame) const
{
    Dwarf_CFI* const table = dwarf_getcfi(view_.types().file().dwarf());
    Dwarf_Frame* raw = nullptr;
    if (table == nullptr || dwarf_cfi_addrframe(table, frame.code_address(), &raw) != 0)
        return {};
    std::unique_ptr<Dwarf_Frame, Free> const rules(raw);
    Dwarf_Op* operations = nullptr;
    size_t count = 0;
    if (dwarf_frame_cfa(raw, &operations, &count) != 0)
        return {};
    FrameContext context{view_, frame.registers, {}, {}};
    auto const cfa = evaluate_location({operations, count}, context);
    if (!cfa)
        return {};
    frame.cfa = cfa->number;
    context.cfa = cfa->number;
    Numbers const& number = numbers(word());
    StackFrame result{.how = FoundBy::FrameInfo, .is_call = true};
    for (unsigned i = 0; i <= number.return_address; ++i) {
        std::array<Dwarf_Op, 3> scratch{};
        if (dwarf_frame_register(raw, static_cast<int>(i), scratch.data(), &operations, &count) !=
            0)
            continue;
        if (count == 0 && operations == nullptr) // the callee has not touched it
            result.registers[i] = frame.registers[i];
        else if (count != 0)
            if (auto const saved = evaluate_location({operations, count}, context))
                result.registers[i] = saved->is_value ? saved->number : read_word(saved->number);
    }
    result.registers[number.sp] = cfa->number;
    if (!result.registers[number.return_address])
        return {};
    result.pc = *result.registers[number.return_address];
    return result;
}

Result<StackFrame> Unwinder::read_pt_regs(uint64_t address) const
{
    VirtAddr const at(address);
    auto const field = [&](char const* path) { return view_.read_field(at, "pt_regs", path); };
    auto const names = saved_names(word());
    StackFrame frame{.how = FoundBy::TrapFrame};
    frame.pc = TRY(field("ip"));
    uint64_t const selector = TRY(field("cs"));
    uint64_t const vector = TRY(field("vector"));
    if (vector > 255 || selector == 0 || selector > 0xffff || !is_text_(frame.pc))
        return fail("no trap frame at {:#x}", address);
    for (size_t i = 0; i < names.size(); ++i)
        if (*names[i] != '\0')
            frame.registers[i] = TRY(field(names[i]));
    // On i686 a trap from the kernel pushes no stack pointer: it points behind the flags.
    auto const sp = TRY(view_.types().member("pt_regs", "sp"));
    bool const is_pushed = word() == 8 || (selector & 3) != 0;
    frame.registers[numbers(word()).sp] =
        is_pushed ? TRY(field("sp")) : view_.advance(at, sp.offset).value;
    return frame;
}

// At the stack pointer, or on an interrupt's own stack in RBX, which handle_trap preserves.
std::optional<StackFrame> Unwinder::by_trap_frame(StackFrame const& frame) const
{
    for (unsigned const number : {numbers(word()).sp, numbers(word()).bx})
        if (frame.registers[number])
            if (auto found = read_pt_regs(*frame.registers[number]))
                return *found;
    return {};
}

std::optional<StackFrame> Unwinder::by_frame_pointer(StackFrame const& frame) const
{
    Numbers const& number = numbers(word());
    auto const bp = frame.registers[number.bp];
    if (!bp || *bp == 0)
        return {};
    auto const saved = read_word(*bp);
    auto const pc = read_word(*bp + word());
    if (!saved || !pc)
        return {};
    StackFrame result{.pc = *pc, .how = FoundBy::FramePointer, .is_call = true};
    result.registers[number.bp] = *saved;
    result.registers[number.sp] = view_.advance(VirtAddr(*bp), 2 * word()).value;
    return result;
}

} // namespace pagelab::guest
