// Code that changes under the engine: by its own stores, by other pages' code, by DMA.
#include "emu/cpu/engine.hpp"

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

using Values = std::vector<uint32_t>;

constexpr Mode kModes[] = {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx};
constexpr uint32_t kRoutine = 0x2'0000; // mov al,N; out 0xe9,al; ret

void put_routine(Bench& bench, uint8_t value)
{
    bench.put(kRoutine, {0xb0, value, 0xe6, 0xe9, 0xc3});
}

void append_call(std::vector<uint8_t>& code) // mov edx,kRoutine; call edx
{
    append(code, {0xba});
    append32(code, kRoutine);
    append(code, {0xff, 0xd2});
}

void append_patch(std::vector<uint8_t>& code, uint8_t value) // mov byte [kRoutine + 1],value
{
    append(code, {0xc6, 0x04, 0x25});
    append32(code, kRoutine + 1);
    append(code, {value});
}

} // namespace

TEST_CASE("a routine on another page is patched between calls")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        put_routine(bench, 1);
        std::vector<uint8_t> code;
        append_call(code);
        for (uint8_t const value : {2, 3, 4}) {
            append_patch(code, value);
            append_call(code);
        }
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{1, 2, 3, 4});
    }
}

TEST_CASE("a page that was written as data becomes code, and data again")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        put_routine(bench, 1);
        std::vector<uint8_t> code;
        for (uint8_t const value : {5, 6, 7}) {
            append_patch(code, value); // before the first call: the TLB has a plain writable entry
            append(code, {0xc6, 0x04, 0x25});
            append32(code, kRoutine + 0x800); // data on the page of the code
            append(code, {value});
            append_call(code);
        }
        append(code, {0x0f, 0xb6, 0x04, 0x25}); // movzx eax,byte [kRoutine + 0x800]
        append32(code, kRoutine + 0x800);
        append(code, {0xe7, 0xe9, 0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{5, 6, 7, 7});
    }
}

namespace {

// mov byte [patched + 1],0x22; patched: mov al,0x11; out 0xe9,al; hlt
void set_self_patching_code(PagedBench& bench)
{
    std::vector<uint8_t> code;
    append(code, {0xc6, 0x04, 0x25});
    append32(code, kCodeAt + PagedBench::kSetupBytes + 9);
    append(code, {0x22, 0xb0, 0x11, 0xe6, 0xe9, 0xf4});
    bench.set_code(code);
}

} // namespace

TEST_CASE("an instruction patched ahead in its own block runs as patched")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        set_self_patching_code(bench);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{0x22});
    }
}

TEST_CASE("a block that patches itself is counted once")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        set_self_patching_code(bench);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.engine->instructions() == PagedBench::kSetupInstructions + 4);
    }
}

TEST_CASE("a loop that patches itself in every round is counted exactly")
{
    constexpr int kRounds = 200;
    for (Mode const mode : kModes) {
        for (unsigned const nops : {0u, 1u, 3u}) {
            CAPTURE(mode);
            CAPTURE(nops);
            PagedBench bench(mode);
            std::vector<uint8_t> code = {0xb9, kRounds, 0, 0, 0}; // mov ecx,kRounds
            code.insert(code.end(), nops, 0x90);
            append(code, {0x80, 0x04, 0x25}); // add byte [patched + 1],1
            append32(code, kCodeAt + PagedBench::kSetupBytes + 5 + nops + 9);
            append(code, {1, 0xb0, 0, 0xe6, 0xe9, 0xff, 0xc9}); // patched: mov al,0; out; dec ecx
            append(code, {0x75, -static_cast<int>(16 + nops), 0xf4});
            bench.set_code(code);
            REQUIRE(bench.engine->run() == Stop::Halt);
            CHECK(bench.engine->instructions() ==
                  PagedBench::kSetupInstructions + 2 + kRounds * (5 + nops));
            CHECK(bench.written(0xe9).back() == kRounds);
            for (size_t i = 1; i < bench.outputs.size(); ++i)
                CHECK(bench.outputs[i].when - bench.outputs[i - 1].when == 5 + nops);
        }
    }
}

TEST_CASE("stores to data beside the code count once")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        std::vector<uint8_t> code;
        for (uint8_t const value : {1, 2, 3}) {
            append(code, {0xc6, 0x04, 0x25}); // mov byte [kCodeAt + 0x800],value
            append32(code, kCodeAt + 0x800);
            append(code, {value});
        }
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.engine->instructions() == PagedBench::kSetupInstructions + 4);
        CHECK(bench.word<uint8_t>(kCodeAt + 0x800) == 3);
    }
}

TEST_CASE("code patched through another linear address of its page")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        put_routine(bench, 1);
        bench.map(0x5'0000, kRoutine | kPresent | kWritable);
        std::vector<uint8_t> code;
        for (int const value : {7, 8, 9}) { // mov byte [0x50001],value: first it is but data
            append(code, {0xc6, 0x04, 0x25, 0x01, 0x00, 0x05, 0x00, value});
            append_call(code);
        }
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{7, 8, 9});
    }
}

// There the library puts no check back on stores to a page that was data (unicorn_map.cpp).
TEST_CASE("a page of the kernel's half that was data becomes code, and is patched")
{
    constexpr uint32_t kHalf32 = 0xc000'0000, kHalf64 = 0x8000'0000; // the latter sign-extended
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        put_routine(bench, 1);
        uint32_t const alias = kRoutine + (is_long(mode) ? kHalf64 : kHalf32);
        bench.put_word(kTablesAt + 8 * 511, (kTablesAt + 0x1000) | kPresent | kWritable);
        bench.put_word(kTablesAt + 0x1000 + 8 * 510, (kTablesAt + 0x2000) | kPresent | kWritable);
        bench.put_word(kTablesAt + 0x4000 + 8 * 3, (kTablesAt + 0x2000) | kPresent);
        bool const nx = mode == Mode::PaeNx || mode == Mode::Long;
        bench.map(kRoutine, kRoutine | kPresent | kWritable | (nx ? kNoExecute : 0));
        std::vector<uint8_t> code;
        append(code, {0xc6, 0x04, 0x25}); // mov byte [alias + 1],5
        append32(code, alias + 1);
        append(code, {5, 0xc7, 0x04, 0x25}); // mov dword [entry + 4],0; no INVLPG is needed
        append32(code, bench.entry_of(kRoutine) + 4);
        append32(code, 0);
        for (int const value : {6, 7}) {
            append(code, {0x48, 0xc7, 0xc2}); // mov rdx,alias or dec eax; mov edx,alias
            append32(code, alias);
            append(code, {0xff, 0xd2, 0xc6, 0x04, 0x25}); // call; mov byte [alias + 1],value
            append32(code, alias + 1);
            append(code, {value});
        }
        append(code, {0xff, 0xd2, 0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{5, 6, 7});
    }
}

// As a module's text comes to where another's was. The library looks at the first store only.
TEST_CASE("a page of code becomes data that may not be executed, is written, and is code again")
{
    for (Mode const mode : {Mode::PaeNx, Mode::Long}) {
        CAPTURE(mode);
        PagedBench bench(mode);
        put_routine(bench, 1);
        uint32_t const high = static_cast<uint32_t>(bench.entry_of(kRoutine)) + 4;
        std::vector<uint8_t> code;
        auto const set_entry_high = [&](uint32_t value) { // mov dword [high],value; invlpg
            append(code, {0xc7, 0x04, 0x25});
            append32(code, high);
            append32(code, value);
            append(code, {0x0f, 0x01, 0x3c, 0x25});
            append32(code, kRoutine);
        };
        append_call(code);
        for (uint8_t const value : {2, 3}) {
            set_entry_high(0x8000'0000);      // no execution
            append(code, {0xc6, 0x04, 0x25}); // mov byte [kRoutine + 0x800],value
            append32(code, kRoutine + 0x800);
            append(code, {value});
            append_patch(code, value);
            set_entry_high(0);
            append_call(code);
        }
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{1, 2, 3});
    }
}

TEST_CASE("code written by DMA is seen once the engine is told")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        put_routine(bench, 1);
        bench.at_output = [&](uint16_t port, uint32_t) {
            if (port != 0xe7)
                return;
            put_routine(bench, 0x42);
            bench.engine->discard_code(PhysAddr(kRoutine), 5);
        };
        std::vector<uint8_t> code;
        append_call(code);
        append(code, {0xe7, 0xe7, 0xeb, 0x00}); // out 0xe7,eax: the transfer; jmp +0
        append_call(code);
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{1, 0x42});
    }
}

TEST_CASE("another page under the same linear address is other code")
{
    for (Mode const mode : kModes) {
        CAPTURE(mode);
        PagedBench bench(mode);
        put_routine(bench, 1);
        bench.put(0x5'0000, {0xb0, 2, 0x90, 0xe6, 0xe9, 0xc3});
        std::vector<uint8_t> code;
        append_call(code);
        append(code, {0xc7, 0x04, 0x25}); // mov dword [entry],0x50003; invlpg
        append32(code, static_cast<uint32_t>(bench.entry_of(kRoutine)));
        append32(code, 0x5'0003);
        append(code, {0x0f, 0x01, 0x3c, 0x25});
        append32(code, kRoutine);
        append_call(code);
        append(code, {0xf4});
        bench.set_code(code);
        REQUIRE(bench.engine->run() == Stop::Halt);
        CHECK(bench.written(0xe9) == Values{1, 2});
        CHECK(bench.outputs[1].when - bench.outputs[0].when == 8); // out ret mov invlpg mov call..
    }
}

TEST_CASE("real mode: a routine patched between calls")
{
    // ss:sp = 0:0x7000, ds = 0; call 0:0x600; mov byte [0x601],2; call 0:0x600; hlt
    Bench bench({0x31, 0xc0, 0x8e, 0xd0, 0x8e, 0xd8, 0xbc, 0x00, 0x70, 0x9a, 0x00, 0x06, 0x00,
                 0x00, 0xc6, 0x06, 0x01, 0x06, 0x02, 0x9a, 0x00, 0x06, 0x00, 0x00, 0xf4});
    bench.put(0x600, {0xb0, 1, 0xe6, 0xe9, 0xcb});
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == Values{1, 2});
}
