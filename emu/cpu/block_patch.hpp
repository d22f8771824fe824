// Counting in place: the call of the block callback in translated code, replaced by what it does.
//
// A callback costs a block 2.6 ns, as much as a dozen guest instructions. The library translates a
// block to code that begins with (its tcg/i386 back end, Unicorn 2.1, for x86-64 hosts)
//
//   mov  $engine, %rdi          the callback: its arguments, each in one of three encodings
//   mov  $address, %rsi
//   mov  $size, %edx
//   mov  $user_data, %rcx
//   call callback               direct, or by a constant in memory
//   mov  $engine, %rdi          the check for a stop request
//   xor  %esi, %esi
//   call helper
//
// and is given, in the room of the callback's part,
//
//   mov  $hot, %rdi
//   movl $record, 8(%rdi)
//   subq $price, (%rdi)         or a price beyond any credit, where there are breakpoints
//   jae  past the check         whoever asks for a stop also takes the credit away
//   call *16(%rdi)              and on to the check
//
// Anything but exactly the expected bytes is left as it is, and goes on calling.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "emu/cpu/block_clock.hpp"

namespace pagelab::cpu {

struct BlockCall {
    void const* engine;    // the library's handle
    void const* user_data; // of the block callback
};

// `code` holds translated code, the callback's call ending at `after_call`. Where it is replaced,
// the place of the price in it; else null.
std::byte* patch_block(std::span<std::byte> code, size_t after_call, BlockCall const& call,
                       BlockClock::Hot const& hot, uint32_t record, uint32_t count);

// Makes that block call on_low_credit whenever it is entered, its price being BlockClock's trap, or
// no longer. False: the code there is no more this record's, and is left as it is.
bool set_price(std::byte* place, uint32_t record, uint64_t price);

// Whether this process may write to the code at `address`, which is readable; nothing is changed.
bool is_writable(void* address);

} // namespace pagelab::cpu
