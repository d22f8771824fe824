// Writing an access and its slow path anew; finding the code of a block.
#include "emu/cpu/access_patch.hpp"

#include <array>
#include <cstring>

#include "emu/cpu/access_parse.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint8_t kDs = 0x3e; // prefix of a segment: of no effect in 64-bit mode, fills the room

void write_move_to_rsi(CodeWriter& out, uint8_t from)
{
    out.bytes(0x48 | from >> 3, 0x8b, 0xc0 | kRsi << 3 | (from & 7));
}

// In the room of the operation and the three bytes that became free before it.
void write_operation(CodeWriter& out, CodeReader const& old, Access const& access)
{
    Operation const& form = access.form;
    size_t at = access.operation;
    size_t const end = at + form.size, opcode = at + form.opcode;
    uint8_t const extension = access.address >= 8 ? kRexX : 0;
    bool const add_rex = extension != 0 && !form.has_rex;
    if (!add_rex)
        out.bytes(kDs);
    if (old.byte(at) == kOperandSize)
        out.bytes(old.byte(at++));
    if (form.has_rex)
        out.bytes(old.byte(at) | extension);
    else if (add_rex)
        out.bytes(kRex | extension);
    for (at = opcode; at < end - 1; ++at)
        out.bytes(old.byte(at));
    uint8_t const data = old.byte(end - 1) & 0x38;
    out.bytes(0x44 | data, (access.address & 7) << 3 | kRsi, 0); // 0(%rsi, address)
}

void write_slow_path(CodeWriter& out, CodeReader const& old, Access const& access)
{
    bool const is_store = access.form.kind == AccessKind::Store;
    out.bytes(0x55, 0x58 + kRdi); // push %rbp; pop %rdi
    write_move_to_rsi(out, access.address);
    size_t at = access.slow + kMove;
    for (size_t left = is_store ? data_move_length(old, at) : 0; left > 0; --left)
        out.bytes(old.byte(at++));
    out.bytes(0x6a, old.byte(at + 1), 0x58 + (is_store ? kRcx : kRdx)); // push $kind; pop
}

// Both parts are written aside first, from the old bytes; neither changes in length.
bool shorten(std::span<std::byte> code, Access const& access, HostRotate rotate)
{
    CodeReader const old(code);
    size_t const jump = access.move + kMove, end = access.operation + access.form.size;
    std::array<std::byte, 32> fast_room, slow_room;
    CodeWriter fast(fast_room), slow(slow_room);
    fast.bytes(0x0f, 0x85); // jne slow
    fast.value(static_cast<int32_t>(access.slow - jump + kMove - kJump));
    fast.bytes(0x48, 0x8b, 0x77, old.byte(jump + kJump + 3)); // mov addend(%rdi), %rsi
    write_operation(fast, old, access);
    write_slow_path(slow, old, access);
    if (!fast.fits() || fast.size() != end - access.move)
        return false;
    std::memcpy(&code[access.move], fast_room.data(), fast.size());
    std::memcpy(&code[access.slow], slow_room.data(), slow.size());
    if (rotate == HostRotate::Present) {
        CodeWriter out(code.subspan(access.start, kMove + kShift));
        out.bytes(0xc4, access.address >= 8 ? 0xc3 : 0xe3, 0xfb, 0xf0,
                  0xc0 | kRdi << 3 | (access.address & 7), kEntryShift); // rorx $6, address, %rdi
        out.bytes(kDs);                                                  // of the AND that follows
    }
    return true;
}

} // namespace

HostRotate host_rotate()
{
    return __builtin_cpu_supports("bmi2") ? HostRotate::Present : HostRotate::Absent;
}

std::span<std::byte> rest_of_block(std::byte* after_call)
{
    constexpr size_t kSearched = 224, kHead = 64; // the record lies before, the call in the head
    constexpr size_t kLongest = 1u << 16;
    auto const here = reinterpret_cast<uintptr_t>(after_call);
    std::array<uint64_t, kSearched / sizeof(uint64_t)> words;
    std::memcpy(words.data(), reinterpret_cast<void*>((here - kSearched) & ~uintptr_t{7}),
                sizeof words);
    std::span<std::byte> found;
    for (size_t i = 0; i + 1 < words.size(); ++i) {
        uint64_t const start = words[i], size = words[i + 1];
        if (start >= here || here - start > kHead || size > kLongest || start + size <= here)
            continue;
        if (!found.empty())
            return {};
        found = {after_call, start + size - here};
    }
    return found;
}

size_t shorten_accesses(std::span<std::byte> code, HostRotate rotate)
{
    constexpr std::array<uint8_t, kShift> kShiftBytes = {0x48, 0xc1, 0xef, kEntryShift};
    size_t count = 0;
    auto const* const bytes = reinterpret_cast<uint8_t const*>(code.data());
    for (size_t at = 0; at < code.size();) {
        void const* const found =
            memmem(bytes + at, code.size() - at, kShiftBytes.data(), kShiftBytes.size());
        if (found == nullptr)
            break;
        at = static_cast<size_t>(static_cast<uint8_t const*>(found) - bytes);
        if (auto const access = parse_access(CodeReader(code), at))
            count += shorten(code, *access, rotate) ? size_t{1} : 0;
        at += kShift;
    }
    return count;
}

} // namespace pagelab::cpu
