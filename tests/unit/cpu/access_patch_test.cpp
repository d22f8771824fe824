// Accesses made shorter: which code is recognised, what is written, and that nothing else changes.
#include "emu/cpu/access_patch.hpp"

#include <algorithm>
#include <set>

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;
using cpu::HostRotate;

namespace {

using Bytes = std::vector<uint8_t>;

// What the library makes of mov (%r12), %r14 and of mov %bl, (%rbx): the access, a return in its
// place, the slow path, and a return.
Bytes const kLoad = {
    0x49, 0x8b, 0xfc, 0x48, 0xc1, 0xef, 0x06,       // mov %r12, %rdi; shr $6, %rdi
    0x48, 0x23, 0x7d, 0xc0, 0x48, 0x03, 0x7d, 0xc8, // and -64(%rbp), %rdi; add -56(%rbp), %rdi
    0x49, 0x8d, 0x74, 0x24, 0x07,                   // lea 7(%r12), %rsi
    0x48, 0x81, 0xe6, 0x00, 0xf0, 0xff, 0xff,       // and $-4096, %rsi
    0x48, 0x3b, 0x37, 0x49, 0x8b, 0xf4,             // cmp (%rdi), %rsi; mov %r12, %rsi
    0x0f, 0x85, 0x08, 0x00, 0x00, 0x00,             // jne slow
    0x48, 0x03, 0x77, 0x20, 0x4c, 0x8b, 0x36,       // add 32(%rdi), %rsi; mov (%rsi), %r14
    0xc3,                                           //
    0x48, 0x8b, 0xfd, 0xba, 0x30, 0x00, 0x00, 0x00, // slow: mov %rbp, %rdi; mov $0x30, %edx
    0x48, 0x8d, 0x0d, 0xf0, 0xff, 0xff, 0xff, 0xc3, // lea end, %rcx
};
Bytes const kShortLoad = {
    0x49, 0x8b, 0xfc, 0x48, 0xc1, 0xef, 0x06,       //
    0x48, 0x23, 0x7d, 0xc0, 0x48, 0x03, 0x7d, 0xc8, //
    0x49, 0x8d, 0x74, 0x24, 0x07,                   //
    0x48, 0x81, 0xe6, 0x00, 0xf0, 0xff, 0xff,       //
    0x48, 0x3b, 0x37,                               // cmp (%rdi), %rsi
    0x0f, 0x85, 0x0b, 0x00, 0x00, 0x00,             // jne slow
    0x48, 0x8b, 0x77, 0x20,                         // mov 32(%rdi), %rsi
    0x3e, 0x4e, 0x8b, 0x74, 0x26, 0x00,             // ds mov 0(%rsi, %r12), %r14
    0xc3,                                           //
    0x55, 0x5f, 0x49, 0x8b, 0xf4, 0x6a, 0x30, 0x5a, // push; pop; mov %r12, %rsi; push; pop %rdx
    0x48, 0x8d, 0x0d, 0xf0, 0xff, 0xff, 0xff, 0xc3, //
};
Bytes const kStore = {
    0x48, 0x8b, 0xfb, 0x48, 0xc1, 0xef, 0x06,       // mov %rbx, %rdi; shr $6, %rdi
    0x48, 0x23, 0x7d, 0xc0, 0x48, 0x03, 0x7d, 0xc8, //
    0x48, 0x8b, 0xf3,                               // mov %rbx, %rsi
    0x48, 0x81, 0xe6, 0x00, 0xf0, 0xff, 0xff,       //
    0x48, 0x3b, 0x77, 0x08, 0x48, 0x8b, 0xf3,       // cmp 8(%rdi), %rsi; mov %rbx, %rsi
    0x0f, 0x85, 0x07, 0x00, 0x00, 0x00,             // jne slow
    0x48, 0x03, 0x77, 0x20, 0x88, 0x1e,             // add 32(%rdi), %rsi; mov %bl, (%rsi)
    0xc3,                                           //
    0x48, 0x8b, 0xfd, 0x8b, 0xd3,                   // slow: mov %rbp, %rdi; mov %ebx, %edx
    0xb9, 0x00, 0x00, 0x00, 0x00,                   // mov $0, %ecx
    0x4c, 0x8d, 0x05, 0xee, 0xff, 0xff, 0xff, 0xc3, // lea end, %r8
};
Bytes const kShortStore = {
    0xc4, 0xe3, 0xfb, 0xf0, 0xfb, 0x06, 0x3e,             // rorx $6, %rbx, %rdi; ds
    0x48, 0x23, 0x7d, 0xc0, 0x48, 0x03, 0x7d, 0xc8,       //
    0x48, 0x8b, 0xf3,                                     //
    0x48, 0x81, 0xe6, 0x00, 0xf0, 0xff, 0xff,             //
    0x48, 0x3b, 0x77, 0x08,                               //
    0x0f, 0x85, 0x0a, 0x00, 0x00, 0x00,                   // jne slow
    0x48, 0x8b, 0x77, 0x20, 0x3e, 0x88, 0x5c, 0x1e, 0x00, // mov; ds mov %bl, 0(%rsi, %rbx)
    0xc3,                                                 //
    0x55, 0x5f, 0x48, 0x8b, 0xf3, 0x8b, 0xd3,             //
    0x6a, 0x00, 0x59,                                     // push $0; pop %rcx
    0x4c, 0x8d, 0x05, 0xee, 0xff, 0xff, 0xff, 0xc3,       //
};

size_t shorten(Bytes& code, HostRotate rotate)
{
    return cpu::shorten_accesses(std::as_writable_bytes(std::span(code)), rotate);
}

} // namespace

TEST_CASE("a load and a store are written as the manual's encodings say")
{
    Bytes load = kLoad, store = kStore;
    // Both, with code between them that says nothing.
    Bytes both = kLoad;
    both.push_back(0x48);
    both.insert(both.end(), kStore.begin(), kStore.end());
    CHECK(shorten(load, HostRotate::Absent) == 1);
    CHECK(shorten(store, HostRotate::Present) == 1);
    CHECK(load == kShortLoad);
    CHECK(store == kShortStore);
    CHECK(shorten(both, HostRotate::Present) == 2);
    CHECK(std::equal(kShortStore.begin(), kShortStore.end(), both.end() - long(store.size())));
    CHECK(shorten(both, HostRotate::Present) == 0);
}

TEST_CASE("an access that differs in one bit anywhere is left alone, or only in a constant")
{
    for (Bytes const& good : {kLoad, kStore}) {
        Bytes reference = good;
        REQUIRE(shorten(reference, HostRotate::Absent) == 1);
        for (size_t bit = 0; bit < 8 * good.size(); ++bit) {
            Bytes bad = good;
            bad[bit / 8] ^= static_cast<uint8_t>(1u << bit % 8);
            Bytes const before = bad;
            if (shorten(bad, HostRotate::Absent) == 0) {
                CHECK(bad == before);
                continue;
            }
            // Taken all the same: then the bit is one that is copied.
            CAPTURE(bit / 8);
            size_t differences = 0;
            for (size_t at = 0; at < bad.size(); ++at)
                differences += bad[at] != reference[at] ? 1u : 0u;
            CHECK(differences == 1);
        }
    }
}

TEST_CASE("code cut short at any byte is left alone")
{
    for (Bytes const& good : {kLoad, kStore}) {
        for (size_t cut = 0; cut + 1 < good.size(); ++cut) {
            Bytes part(good.begin(), good.begin() + long(cut));
            Bytes const before = part;
            CHECK(shorten(part, HostRotate::Present) == 0);
            CHECK(part == before);
        }
    }
}

namespace {

constexpr uint32_t kData = 0x6'0000, kAbsentPage = 0x5'0000, kDevicePage = 0x5'1000;
constexpr unsigned kRounds = 200;

// One instruction with kData + offset as its memory operand, by EBX, and ECX or EDX.
void append_access(Bytes& code, std::initializer_list<int> opcode, unsigned reg, uint32_t offset)
{
    append(code, opcode);
    append(code, {static_cast<int>(0x83 | reg << 3)});
    append32(code, offset);
}

// Each kind of access on pages of its own, some across two, and one to a page that is not there.
Bytes accesses(bool wide)
{
    constexpr unsigned kEcx = 1, kEdx = 2;
    Bytes code;
    auto const rex = [&] {
        append(code, wide ? std::initializer_list<int>{0x48} : std::initializer_list<int>{});
    };
    auto const load = [&](bool extends, std::initializer_list<int> opcode, uint32_t offset) {
        if (extends)
            rex();
        append_access(code, opcode, kEdx, offset);
        rex();
        append(code, {0x01, 0xd0}); // add eax,edx
        rex();
        append(code, {0xc1, 0xc0, 7}); // rol eax,7
    };
    append_access(code, {0x88}, kEcx, 0x1'0008);
    append_access(code, {0x66, 0x89}, kEcx, 0x1'1008);
    append_access(code, {0x89}, kEcx, 0x1'2008);
    for (uint32_t const offset : {0x1'3008u, 0x1'4ffdu, 0x1'6fffu}) {
        rex();
        append_access(code, {0x89}, kEcx, offset);
    }
    for (uint32_t const offset : {0x1'0008u, 0x1'1008u, 0x1'2008u, 0x1'3008u, 0x1'4ffdu, 0x1'6fffu})
        load(true, {0x8b}, offset);
    append_access(code, {0x89}, kEcx, kAbsentPage - kData); // 6 bytes
    load(false, {0x0f, 0xb6}, 0x1'8008);
    load(false, {0x0f, 0xb7}, 0x1'9fff);
    load(true, {0x0f, 0xbe}, 0x1'b008);
    load(true, {0x0f, 0xbf}, 0x1'c008);
    load(false, {0x8b}, 0x1'dffe);
    if (wide)
        load(true, {0x63}, 0x1'f008); // movsxd
    load(false, {0x8b}, kDevicePage - kData);
    return code;
}

void set_rounds(PagedBench& bench, bool wide)
{
    bench.put(kHandlers + 16 * 14, wide ? Bytes{0x48, 0x83, 0xc4, 8, 0x48, 0x83, 4, 0x24, 6, 0x48,
                                                0xcf} // over the error code and the access
                                        : Bytes{0x83, 0xc4, 4, 0x83, 4, 0x24, 6, 0xcf});
    bench.map(kAbsentPage, 0);
    bench.map(kDevicePage, 0xd000'0000 | kPresent | kWritable);
    for (uint32_t at = 0; at < 0x1'0000; at += 4)
        bench.put_word<uint32_t>(kData + 0x1'0000 + at, at * 0x9e37'79b9 | 0x8000'0080);
    Bytes code = {0xbb};
    append32(code, kData);
    append(code, {0xbe, kRounds, 0, 0, 0});
    size_t const outer = code.size();
    append(code, {0xbf, 2, 0, 0, 0, 0x31, 0xc0});             // mov edi,2; xor eax,eax
    append(code, {0x0f, 0x20, 0xda, 0x0f, 0x22, 0xda, 0xb9}); // cr3 = cr3; mov ecx
    append32(code, 0x89ab'cdef);
    size_t const inner = code.size();
    Bytes const body = accesses(wide);
    code.insert(code.end(), body.begin(), body.end());
    append(code, {0xff, 0xcf, 0x0f, 0x85}); // dec edi; jnz inner
    append32(code, inner - code.size() - 4);
    append(code, {0xe7, 0xe9, 0xff, 0xce, 0x0f, 0x85}); // out 0xe9,eax; dec esi; jnz outer
    append32(code, outer - code.size() - 4);
    append(code, {0xf4});
    bench.set_code(code);
}

} // namespace

TEST_CASE("accesses of every kind do the same before and after they are shortened")
{
    for (Mode const mode : {Mode::Pae, Mode::PaeNx, Mode::Long, Mode::LongNoNx}) {
        CAPTURE(mode);
        PagedBench bench(mode);
        set_rounds(bench, is_long(mode));
        REQUIRE(bench.engine->run() == Stop::Halt);
        auto const sums = bench.written(0xe9);
        REQUIRE(sums.size() == kRounds);
        CHECK(std::ranges::count(sums, sums[0]) == kRounds);
        std::set<uint64_t> lengths; // of rounds, in instructions
        for (size_t i = 1; i < bench.outputs.size(); ++i)
            lengths.insert(bench.outputs[i].when - bench.outputs[i - 1].when);
        CHECK(lengths.size() == 1);
        CHECK(bench.engine->statistics().exceptions[14] == 2 * kRounds);
        CHECK(bench.engine->statistics().short_accesses >= 18);
    }
}
