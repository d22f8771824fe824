// Finding the field by the pointer behind it and by what an idle CPU has in and around it.
#include "emu/cpu/next_block.hpp"

#include <array>
#include <cstring>
#include <span>
#include <vector>

#include <setjmp.h>

#include "emu/cpu/safe_read.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

namespace {

constexpr size_t kSearched = 16 * kPageSize; // CPUState and the TLB are before the registers
// From cflags_next_tb to env_ptr: interrupt_request, singlestep_enabled, three 64-bit counters,
// jmp_env, cpu_ases, num_ases, as, memory.
constexpr size_t kToPointer = 40 + sizeof(sigjmp_buf) + 32;

template<class T>
T read_at(std::byte const* place)
{
    T value;
    std::memcpy(&value, place, sizeof value);
    return value;
}

// Whether `pointer` is env_ptr, followed by icount_decr_ptr, of a CPU with no request pending.
bool is_pointer_of_idle_cpu(std::byte const* pointer, uintptr_t registers)
{
    auto const counter = read_at<uintptr_t>(pointer + sizeof(uintptr_t));
    if (read_at<uintptr_t>(pointer) != registers || counter >= registers ||
        counter < registers - 64)
        return false;
    std::array<uint32_t, 3> const idle = {~0u, 0, 0};
    return std::memcmp(pointer - kToPointer, idle.data(), sizeof idle) == 0;
}

// The bytes before `end`, as many as can be read.
std::vector<std::byte> read_before(std::byte const* end)
{
    std::vector<std::byte> bytes(kSearched);
    size_t unread = kSearched;
    while (unread != 0 &&
           read_safely(end - (kSearched - unread) - kPageSize,
                       std::span(bytes).subspan(unread - kPageSize, kPageSize)) == kPageSize)
        unread -= kPageSize;
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(unread));
    return bytes;
}

} // namespace

std::optional<NextBlock> NextBlock::find(std::byte* registers)
{
    auto const bytes = read_before(registers);
    std::optional<size_t> found; // bytes before the registers
    for (size_t at = kToPointer; at + 2 * sizeof(uintptr_t) <= bytes.size();
         at += sizeof(uintptr_t)) {
        if (!is_pointer_of_idle_cpu(&bytes[at], reinterpret_cast<uintptr_t>(registers)))
            continue;
        if (found)
            return std::nullopt;
        found = bytes.size() - (at - kToPointer);
    }
    if (!found)
        return std::nullopt;
    return NextBlock(registers - *found);
}

void NextBlock::limit(uint32_t instructions)
{
    std::memcpy(flags_, &instructions, sizeof instructions);
}

} // namespace pagelab::cpu
