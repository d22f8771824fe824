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

// The bytes before `end`, as many as can be read: whole pages, and what is before `end` in its own.
std::vector<std::byte> read_before(std::byte const* end)
{
    std::vector<std::byte> bytes(kSearched);
    size_t unread = kSearched;
    size_t chunk = reinterpret_cast<uintptr_t>(end) % kPageSize;
    while (unread >= chunk) {
        std::byte const* const from = end - (kSearched - unread) - chunk;
        if (read_safely(from, std::span(bytes).subspan(unread - chunk, chunk)) != chunk)
            break;
        unread -= chunk;
        chunk = kPageSize;
    }
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(unread));
    return bytes;
}

} // namespace

std::optional<NextBlock> NextBlock::find(std::byte* registers)
{
    auto const bytes = read_before(registers);
    auto const address = reinterpret_cast<uintptr_t>(registers);
    constexpr size_t kStep = sizeof(uintptr_t);
    for (size_t back = 2 * kStep; back + kToPointer <= bytes.size(); back += kStep)
        if (is_pointer_of_idle_cpu(&bytes[bytes.size() - back], address))
            return NextBlock(registers - back - kToPointer);
    return std::nullopt;
}

void NextBlock::limit(uint32_t instructions)
{
    std::memcpy(flags_, &instructions, sizeof instructions);
}

} // namespace pagelab::cpu
