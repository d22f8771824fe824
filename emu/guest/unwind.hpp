// From a processor's registers to the frames of its stack, innermost first.
//
// A caller's registers come from the call frame information of the kernel's image (.debug_frame)
// where there is some; across the entry code of traps, from the pt_regs that it left; else from
// the chain of frame pointers. A walk ends at code that no symbol covers, at a frame that does not
// lie above the last one (but for a trap's, which may be on another stack), and at kMaxFrames.
// Sources: DWARF 5, section 6.4; guestkernel/arch/x86/trap_frame.hpp and switch_to.cpp.
#pragma once

#include <functional>
#include <vector>

#include "emu/guest/code_map.hpp"
#include "emu/guest/dwarf_location.hpp"

namespace pagelab::guest {

inline constexpr size_t kMaxFrames = 256;

enum class FoundBy : uint8_t { Registers, FrameInfo, TrapFrame, FramePointer };
char const* name(FoundBy how); // "frame pointer"

struct StackFrame {
    uint64_t pc = 0;
    DwarfRegisters registers{};       // as far as they are known here
    std::optional<uint64_t> cfa = {}; // the stack pointer before this function was called
    FoundBy how = FoundBy::Registers;
    bool is_call = false; // pc is where a call returns to, not where something stands

    // For what is asked of the code: inside the call.
    uint64_t code_address() const { return is_call ? pc - 1 : pc; }
};

class Unwinder {
  public:
    // is_text: whether an address is code of the kernel or of a module. All must outlive this.
    Unwinder(KernelView const& view, CodeMap const& code, std::function<bool(uint64_t)> is_text)
        : view_(view), code_(code), is_text_(std::move(is_text))
    {
    }

    // gpr: in the order of the instruction encoding (rax, rcx, rdx, rbx, rsp ...).
    StackFrame first_frame(std::span<uint64_t const, 16> gpr, uint64_t pc) const;
    // Of a thread that does not run: what __switch_to_asm left at this stack pointer.
    Result<StackFrame> switched_out(uint64_t sp) const;

    std::vector<StackFrame> walk(StackFrame first) const;

    uint64_t stack_pointer(StackFrame const& frame) const;

  private:
    std::optional<StackFrame> caller(StackFrame& frame) const;
    std::optional<StackFrame> by_frame_info(StackFrame& frame) const;
    std::optional<StackFrame> by_trap_frame(StackFrame const& frame) const;
    std::optional<StackFrame> by_frame_pointer(StackFrame const& frame) const;
    Result<StackFrame> read_pt_regs(uint64_t address) const;
    unsigned word() const { return view_.types().pointer_size(); }
    std::optional<uint64_t> read_word(uint64_t address) const;

    KernelView const& view_;
    CodeMap const& code_;
    std::function<bool(uint64_t)> is_text_;
};

} // namespace pagelab::guest
