// Instructions in words: each width, both syntaxes, and bytes that are none.
#include "emu/base/decoder.hpp"

#include <array>

#include <doctest/doctest.h>

using namespace pagelab;

namespace {

template<size_t N>
Instruction decode(std::array<unsigned char, N> const& bytes, CodeWidth width,
                   uint64_t address = 0x1000, Syntax syntax = Syntax::Att)
{
    return Decoder().disassemble(std::as_bytes(std::span(bytes)), address, width, syntax).value();
}

} // namespace

TEST_CASE("the width decides")
{
    std::array<unsigned char, 2> const bytes = {0x48, 0x50}; // REX.W push, or dec and push
    CHECK(decode(bytes, CodeWidth::Bits64).mnemonic == "pushq");
    CHECK(decode(bytes, CodeWidth::Bits32).mnemonic == "decl");
    CHECK(decode(bytes, CodeWidth::Bits16).operands == "%ax");
    CHECK(decode(bytes, CodeWidth::Bits32, 0, Syntax::Intel).operands == "eax");
}

TEST_CASE("what a branch and a fixed operand refer to")
{
    std::array<unsigned char, 5> const call = {0xe8, 0x0b, 0, 0, 0};
    CHECK(decode(call, CodeWidth::Bits64).target == 0x1010);
    CHECK(decode(call, CodeWidth::Bits32, 0xffff'fff0).target == 0); // wraps
    std::array<unsigned char, 7> const relative = {0x48, 0x8b, 0x05, 0xf9, 0xff, 0xff, 0xff};
    CHECK(decode(relative, CodeWidth::Bits64).target == 0x1000); // mov -7(%rip), %rax
    std::array<unsigned char, 5> const absolute = {0xa1, 0x34, 0x12, 0, 0};
    CHECK(decode(absolute, CodeWidth::Bits32).target == 0x1234);
    std::array<unsigned char, 3> const based = {0x8b, 0x45, 0x08}; // mov 8(%ebp), %eax
    CHECK(!decode(based, CodeWidth::Bits32).target);
}

TEST_CASE("bytes that are no instruction, and none at all")
{
    std::array<unsigned char, 1> const half = {0xe8};
    Instruction const bad = decode(half, CodeWidth::Bits64);
    CHECK(bad.mnemonic == "(bad)");
    CHECK(bad.size == 1);
    CHECK(!Decoder().disassemble({}, 0, CodeWidth::Bits64, Syntax::Att));
}
