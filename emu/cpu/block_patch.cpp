// Recognising the two calls, by exact bytes with the known constants, and writing the new code.
#include "emu/cpu/block_patch.hpp"

#include <array>
#include <cstring>
#include <optional>

#include <unistd.h>

#include "emu/cpu/host_code.hpp"

namespace pagelab::cpu {

namespace {

constexpr size_t kMovSize = 5, kXor = 2, kDirectCall = 5, kIndirectCall = 6;
constexpr uint8_t kNop = 0x90;

class Code : public CodeReader {
  public:
    using CodeReader::CodeReader;

    // Length of the instruction at `at` that sets the register to a constant, this one if it is
    // given: mov r32, imm32; mov r64, sign-extended imm32; movabs r64, imm64. Otherwise 0.
    size_t move_length(size_t at, HostRegister to, void const* constant = nullptr) const
    {
        if (has(at, {0xb8u + to}))
            return fits<uint32_t>(at + 1, constant) ? 5 : 0;
        if (has(at, {0x48, 0xc7, 0xc0u + to}))
            return fits<int32_t>(at + 3, constant) ? 7 : 0;
        if (has(at, {0x48, 0xb8u + to}))
            return fits<uint64_t>(at + 2, constant) ? 10 : 0;
        return 0;
    }
    // The start of such an instruction that ends at `end`.
    std::optional<size_t> move_before(size_t end, HostRegister to,
                                      void const* constant = nullptr) const
    {
        for (size_t const length : {5u, 7u, 10u})
            if (end >= length && move_length(end - length, to, constant) == length)
                return end - length;
        return std::nullopt;
    }
    // Length of the call at `at`, or 0.
    size_t call_length(size_t at) const
    {
        size_t length = 0;
        if (has(at, {0xe8}))
            length = kDirectCall;
        else if (has(at, {0xff, 0x15}))
            length = kIndirectCall;
        return at + length <= size() ? length : 0;
    }

  private:
    template<class T>
    bool fits(size_t at, void const* constant) const
    {
        auto const found = value<T>(at);
        return found && (constant == nullptr ||
                         static_cast<uint64_t>(*found) == reinterpret_cast<uintptr_t>(constant));
    }
};

// Where the callback's arguments begin, if its call ends at `after_call`.
std::optional<size_t> find_start(Code const& code, size_t after_call, BlockCall const& call)
{
    for (size_t const length : {kDirectCall, kIndirectCall}) {
        if (after_call < length || code.call_length(after_call - length) != length)
            continue;
        auto const user_data = code.move_before(after_call - length, kRcx, call.user_data);
        if (!user_data || *user_data < kMovSize ||
            code.move_length(*user_data - kMovSize, kRdx) != kMovSize)
            continue;
        auto const address = code.move_before(*user_data - kMovSize, kRsi);
        if (!address)
            continue;
        if (auto const engine = code.move_before(*address, kRdi, call.engine))
            return engine;
    }
    return std::nullopt;
}

// Where the check that begins at `at` ends.
std::optional<size_t> find_check_end(Code const& code, size_t at, void const* engine)
{
    size_t const move = code.move_length(at, kRdi, engine);
    if (move == 0 || !code.has(at + move, {0x33, 0xf6}))
        return std::nullopt;
    size_t const call = code.call_length(at + move + kXor);
    return call == 0 ? std::nullopt : std::optional(at + move + kXor + call);
}

using Hot = BlockClock::Hot;
static_assert(offsetof(Hot, credit) == 0 && offsetof(Hot, on_low_credit) < 0x80);

void write_hot_pointer(CodeWriter& out, Hot const& hot)
{
    auto const address = reinterpret_cast<uintptr_t>(&hot);
    if (address <= UINT32_MAX) {
        out.bytes(0xb8 + kRdi); // mov $imm32, %edi
        out.value(static_cast<uint32_t>(address));
        return;
    }
    out.bytes(0x48, 0xb8 + kRdi); // movabs $imm64, %rdi
    out.value(address);
}

} // namespace

std::byte* patch_block(std::span<std::byte> bytes, size_t after_call, BlockCall const& call,
                       Hot const& hot, uint32_t record, uint32_t count)
{
    Code const code(bytes);
    auto const start = find_start(code, after_call, call);
    auto const check_end = find_check_end(code, after_call, call.engine);
    uint64_t const price = BlockClock::price(count);
    if (!start || !check_end || price > INT32_MAX)
        return nullptr;
    std::array<std::byte, 64> room;
    CodeWriter out({room.data(), after_call - *start});
    write_hot_pointer(out, hot);
    out.bytes(0xc7, 0x47, offsetof(Hot, current)); // movl $record, current(%rdi)
    out.value(record);
    out.bytes(0x48, 0x81, 0x2f); // subq $price, credit(%rdi)
    size_t const price_at = out.size();
    out.value(static_cast<uint32_t>(price));
    out.bytes(0x73, *check_end - *start - out.size() - 2); // jae past the check
    out.bytes(0xff, 0x57, offsetof(Hot, on_low_credit));   // call *on_low_credit(%rdi)
    if (!out.fits())
        return nullptr;
    while (out.size() < after_call - *start)
        out.bytes(kNop);
    std::memcpy(&bytes[*start], room.data(), out.size());
    return &bytes[*start + price_at];
}

bool set_price(std::byte* place, uint32_t record, uint64_t price)
{
    std::array<std::byte, 10> expected; // movl $record, current(%rdi); subq
    CodeWriter out(expected);
    out.bytes(0xc7, 0x47, offsetof(Hot, current));
    out.value(record);
    out.bytes(0x48, 0x81, 0x2f);
    if (std::memcmp(place - expected.size(), expected.data(), expected.size()) != 0)
        return false;
    auto const value = static_cast<uint32_t>(price);
    std::memcpy(place, &value, sizeof value);
    return true;
}

bool is_writable(void* address)
{
    std::array<int, 2> pipe_ends;
    if (pipe(pipe_ends.data()) != 0)
        return false;
    // The kernel refuses, where a store of ours would be a crash.
    bool const writable =
        write(pipe_ends[1], address, 1) == 1 && read(pipe_ends[0], address, 1) == 1;
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    return writable;
}

} // namespace pagelab::cpu
