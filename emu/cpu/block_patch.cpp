// Recognising the two calls, by exact bytes with the known constants, and writing the new code.
#include "emu/cpu/block_patch.hpp"

#include <array>
#include <cstring>
#include <optional>

#include <unistd.h>

namespace pagelab::cpu {

namespace {

constexpr size_t kMovabs = 10, kMovSize = 5, kXor = 2, kDirectCall = 5, kIndirectCall = 6;
constexpr uint8_t kNop = 0x90;
constexpr uint32_t kByteLimit = 0x80; // counts below fit a sign-extended byte

// The bytes being looked at; all reads are bounds-checked, as lengths vary.
class Code {
  public:
    explicit Code(std::span<std::byte const> bytes) : bytes_(bytes) {}

    template<size_t N>
    bool has(size_t at, std::array<uint8_t, N> const& expected) const
    {
        return at <= bytes_.size() && bytes_.size() - at >= N &&
               std::memcmp(&bytes_[at], expected.data(), N) == 0;
    }
    bool has_movabs(size_t at, std::array<uint8_t, 2> opcode, void const* value) const
    {
        return has(at, opcode) && at + kMovabs <= bytes_.size() &&
               std::memcmp(&bytes_[at + 2], &value, sizeof value) == 0;
    }
    // Length of the call at `at`, or 0.
    size_t call_length(size_t at) const
    {
        size_t length = 0;
        if (has(at, std::array<uint8_t, 1>{0xe8}))
            length = kDirectCall;
        else if (has(at, std::array<uint8_t, 2>{0xff, 0x15}))
            length = kIndirectCall;
        return at + length <= bytes_.size() ? length : 0;
    }

  private:
    std::span<std::byte const> bytes_;
};

constexpr std::array<uint8_t, 2> kMovabsRdi = {0x48, 0xbf}, kMovabsRcx = {0x48, 0xb9};

// Where the arguments' first instruction is, given where the second but last one begins.
std::optional<size_t> find_start(Code const& code, size_t mov_size, void const* engine)
{
    struct Form {
        size_t length;
        std::array<uint8_t, 3> opcode;
        size_t opcode_length;
    };
    constexpr std::array<Form, 3> kMovToRsi = {
        {{5, {0xbe}, 1}, {7, {0x48, 0xc7, 0xc6}, 3}, {10, {0x48, 0xbe}, 2}}};
    for (Form const& form : kMovToRsi) {
        if (mov_size < form.length + kMovabs)
            continue;
        size_t const mov = mov_size - form.length;
        bool fits = true;
        for (size_t i = 0; i < form.opcode_length; ++i)
            fits = fits && code.has(mov + i, std::array<uint8_t, 1>{form.opcode[i]});
        if (fits && code.has_movabs(mov - kMovabs, kMovabsRdi, engine))
            return mov - kMovabs;
    }
    return std::nullopt;
}

class Writer {
  public:
    explicit Writer(std::span<std::byte> room) : room_(room) {}

    size_t size() const { return size_; }
    bool fits() const { return size_ <= room_.size(); }

    template<class... Bytes>
    void bytes(Bytes... values)
    {
        (put(static_cast<uint8_t>(values)), ...);
    }
    template<class T>
    void value(T constant)
    {
        std::array<uint8_t, sizeof(T)> raw;
        std::memcpy(raw.data(), &constant, sizeof constant);
        for (uint8_t byte : raw)
            put(byte);
    }

  private:
    void put(uint8_t byte)
    {
        if (size_ < room_.size())
            room_[size_] = std::byte{byte};
        ++size_;
    }

    std::span<std::byte> room_;
    size_t size_ = 0;
};

void write_sub_budget(Writer& out, uint32_t count)
{
    if (count < kByteLimit) {
        out.bytes(0x48, 0x83, 0x2f, count); // subq $imm8, (%rdi)
        return;
    }
    out.bytes(0x48, 0x81, 0x2f); // subq $imm32, (%rdi)
    out.value(count);
}

} // namespace

bool patch_block(std::span<std::byte> bytes, size_t after_call, BlockCall const& call,
                 BlockClock::Hot const& hot, uint32_t record, uint32_t count)
{
    Code const code(bytes);
    size_t const check_call = after_call + kMovabs + kXor;
    size_t const check_length = code.call_length(check_call);
    if (!code.has_movabs(after_call, kMovabsRdi, call.engine) || check_length == 0 ||
        !code.has(after_call + kMovabs, std::array<uint8_t, 2>{0x33, 0xf6}))
        return false;
    std::optional<size_t> start;
    for (size_t length : {kDirectCall, kIndirectCall}) {
        size_t const before = length + kMovabs + kMovSize;
        if (after_call < before || code.call_length(after_call - length) != length)
            continue;
        size_t const mov_size = after_call - before;
        if (code.has(mov_size, std::array<uint8_t, 1>{0xba}) &&
            code.has_movabs(mov_size + kMovSize, kMovabsRcx, call.user_data))
            start = find_start(code, mov_size, call.engine);
    }
    if (!start)
        return false;

    std::array<std::byte, 64> room;
    Writer out({room.data(), after_call - *start});
    size_t const past_check = check_call + check_length - *start;
    out.bytes(0x48, 0xbf); // movabs $hot, %rdi
    out.value(reinterpret_cast<uintptr_t>(&hot));
    out.bytes(0xc7, 0x47, offsetof(BlockClock::Hot, current)); // movl $record, 16(%rdi)
    out.value(record);
    write_sub_budget(out, count);
    out.bytes(0x72, 6);                                              // jb low
    out.bytes(0x48, 0xff, 0x47, offsetof(BlockClock::Hot, blocks));  // incq 8(%rdi)
    out.bytes(0xeb, past_check - (out.size() + 2));                  // jmp past the check
    out.bytes(0xff, 0x57, offsetof(BlockClock::Hot, on_low_budget)); // low: call *24(%rdi)
    if (!out.fits())
        return false;
    while (out.size() < after_call - *start)
        out.bytes(kNop);
    std::memcpy(&bytes[*start], room.data(), out.size());
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
