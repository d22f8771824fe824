// Counting in place: which code is recognised, what is written over it, and that blocks use it.
#include "emu/cpu/block_patch.hpp"

#include <cstring>
#include <vector>

#include <sys/mman.h>

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;
using cpu::BlockCall;
using cpu::BlockClock;

namespace {

BlockCall const kHigh = {reinterpret_cast<void*>(0x1122'3344'5566), reinterpret_cast<void*>(0x77)};
BlockCall const kLow = {reinterpret_cast<void*>(0x1122'3344), reinterpret_cast<void*>(0x5566'7788)};

using Bytes = std::vector<uint8_t>;

void append(Bytes& code, Bytes const& more)
{
    code.insert(code.end(), more.begin(), more.end());
}

// mov $value, %rdi or %rcx, as the library writes it
void append_move(Bytes& code, unsigned register_number, void const* value)
{
    auto const* const raw = reinterpret_cast<uint8_t const*>(&value);
    bool const is_short = reinterpret_cast<uintptr_t>(value) <= UINT32_MAX;
    if (!is_short)
        code.push_back(0x48);
    code.push_back(static_cast<uint8_t>(0xb8 + register_number));
    code.insert(code.end(), raw, raw + (is_short ? 4 : 8));
}

struct Translated { // what the library makes of a block's beginning
    std::vector<uint8_t> code;
    size_t start = 0, after_call = 0, past_check = 0;

    std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(code)); }
};

Translated translate(BlockCall const& call, Bytes const& mov_to_rsi, Bytes const& call_opcode)
{
    Translated made;
    made.code.assign(64, 0xcc);
    made.start = made.code.size();
    append_move(made.code, 7, call.engine);
    append(made.code, mov_to_rsi);
    append(made.code, {0xba, 0x11, 0, 0, 0});
    append_move(made.code, 1, call.user_data);
    append(made.code, call_opcode);
    append(made.code, {1, 2, 3, 4});
    made.after_call = made.code.size();
    append_move(made.code, 7, call.engine);
    append(made.code, {0x33, 0xf6});
    append(made.code, call_opcode);
    append(made.code, {5, 6, 7, 8});
    made.past_check = made.code.size();
    made.code.resize(made.code.size() + 16, 0xcc);
    return made;
}

Bytes const kMovs[] = {
    {0xbe, 1, 2, 3, 4},
    {0x48, 0xc7, 0xc6, 1, 2, 3, 4},
    {0x48, 0xbe, 1, 2, 3, 4, 5, 6, 7, 8},
};
Bytes const kCalls[] = {{0xe8}, {0xff, 0x15}};

// At an address that needs few bytes, as a program's data has where it is not relocated.
struct LowClock {
    LowClock()
    {
        page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
                    -1, 0);
        REQUIRE(page != MAP_FAILED);
        clock = new (page) BlockClock;
    }
    ~LowClock()
    {
        clock->~BlockClock();
        munmap(page, 4096);
    }
    void* page;
    BlockClock* clock;
};

} // namespace

TEST_CASE("every form the library writes is replaced, and nothing beyond it")
{
    BlockClock high;
    LowClock low;
    for (auto const& mov : kMovs) {
        for (auto const& call : kCalls) {
            for (uint32_t const count : {1u, 512u, 1023u, 1024u}) {
                for (BlockCall const& known : {kHigh, kLow}) {
                    CAPTURE(mov.size());
                    CAPTURE(call.size());
                    CAPTURE(count);
                    Translated made = translate(known, mov, call);
                    auto const before = made.code;
                    BlockClock& clock = known.engine == kLow.engine ? *low.clock : high;
                    size_t const needed = &clock == &high ? 29 : 24;
                    bool const room = made.after_call - made.start >= needed && count < 1024;
                    std::byte* const price =
                        patch_block(made.bytes(), made.after_call, known, clock.hot(), 42, count);
                    REQUIRE(room == (price != nullptr));
                    CHECK((!room || cpu::set_price(price, 42, BlockClock::price(count))));
                    CHECK((!room || !cpu::set_price(price, 43, 0)));
                    CHECK(std::equal(before.begin(), before.begin() + long(made.start),
                                     made.code.begin()));
                    CHECK(std::equal(before.begin() + long(made.after_call), before.end(),
                                     made.code.begin() + long(made.after_call)));
                    CHECK((made.code == before) != room);
                }
            }
        }
    }
}

TEST_CASE("code that differs in one byte anywhere in the pattern is left alone")
{
    BlockClock clock;
    for (auto const& call : kCalls) {
        Translated const good = translate(kHigh, kMovs[1], call);
        for (size_t at = good.start; at < good.past_check; ++at) {
            size_t const mov = good.start + 10;
            bool const address = at >= mov + 3 && at < mov + 7;
            bool const size = at > mov + 7 && at < mov + 12;
            bool const displacement =
                (at >= good.after_call - 4 && at < good.after_call) || at >= good.past_check - 4;
            if (address || size || displacement)
                continue;
            CAPTURE(at - good.start);
            Translated bad = good;
            bad.code[at] ^= 0x40;
            auto const before = bad.code;
            CHECK(!patch_block(bad.bytes(), bad.after_call, kHigh, clock.hot(), 42, 9));
            CHECK(bad.code == before);
        }
    }
}

TEST_CASE("code cut short at any byte is refused")
{
    BlockClock clock;
    Translated made = translate(kHigh, kMovs[0], kCalls[1]);
    for (size_t cut = 0; cut < made.past_check; ++cut) {
        std::vector<uint8_t> part(made.code.begin(), made.code.begin() + long(cut));
        CHECK(!patch_block(std::as_writable_bytes(std::span(part)), made.after_call, kHigh,
                           clock.hot(), 42, 9));
    }
}

TEST_CASE("the new code takes its count, or calls when the budget is too small")
{
    struct Call {
        static void note(BlockClock::Hot* hot) noexcept { hot->current += 1000; }
    };
    for (uint32_t const count : {5u, 300u}) {
        CAPTURE(count);
        BlockClock clock;
        clock.hot().on_low_credit = Call::note;
        Translated made = translate(kHigh, kMovs[1], kCalls[1]);
        REQUIRE(patch_block(made.bytes(), made.after_call, kHigh, clock.hot(), 42, count));
        void* const page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(page != MAP_FAILED);
        CHECK(cpu::is_writable(page));
        // sub $8,%rsp; the code; add $8,%rsp and ret where the check was, and past it
        auto* const text = static_cast<uint8_t*>(page);
        std::memcpy(text, made.code.data(), made.code.size());
        std::array<uint8_t, 4> const enter = {0x48, 0x83, 0xec, 0x08};
        std::array<uint8_t, 5> const leave = {0x48, 0x83, 0xc4, 0x08, 0xc3};
        std::memcpy(text + made.start - enter.size(), enter.data(), enter.size());
        std::memcpy(text + made.after_call, leave.data(), leave.size());
        std::memcpy(text + made.past_check, leave.data(), leave.size());
        auto const run = reinterpret_cast<void (*)()>(text + made.start - enter.size());

        clock.set_attention(count);
        run();
        CHECK(clock.retired() == count);
        CHECK(clock.blocks() == 1);
        CHECK(clock.hot().current == 42);
        CHECK(clock.attention_reached());
        clock.set_attention(2 * count - 1);
        uint64_t const before = clock.hot().credit;
        run();
        CHECK(clock.hot().current == 1042);
        CHECK(clock.hot().credit == before - BlockClock::price(count));
        munmap(page, 4096);
    }
}

TEST_CASE("memory that may not be written is found out without a crash")
{
    void* const page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(page != MAP_FAILED);
    CHECK(!cpu::is_writable(page));
    munmap(page, 4096);
}

TEST_CASE("blocks call once and then count in place, in every mode")
{
    for (Mode const mode : {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx}) {
        CAPTURE(mode);
        PagedBench bench(mode);
        bench.set_code({0x90, 0xff, 0xc3, 0xeb, 0xfb}); // nop; inc ebx; jmp
        bench.engine->set_deadline(30'000);
        REQUIRE(bench.engine->run() == Stop::Deadline);
        CHECK(bench.engine->statistics().blocks >= 9'900);
        CHECK(bench.engine->statistics().block_calls < 100);
        uint64_t const loops = bench.engine->state().gpr[cpu::Rbx] & 0xffff'ffff;
        CHECK(bench.engine->statistics().blocks - loops < 20);
    }
}
