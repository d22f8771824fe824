// Loads and stores in translated code, made shorter where they stand.
//
// Most of what a guest costs is the look-up in the library's TLB before each access. The library
// (its tcg/i386 back end, Unicorn 2.1, tcg_out_tlb_load and tcg_out_qemu_{ld,st}_slow_path) writes
// the left column, A being the register of the address, and is given the right one:
//
//   mov  A, %rdi                            rorx $6, A, %rdi       one for two, as the mask is
//   shr  $6, %rdi                                                  short; on hosts with BMI2
//   and  mask(%rbp), %rdi
//   add  table(%rbp), %rdi                  entry
//   lea  size - 1(A), %rsi                  or, for a byte: mov A, %rsi
//   and  $page mask, %rsi
//   cmp  tag(%rdi), %rsi
//   mov  A, %rsi
//   jne  slow                               the processor joins it with the comparison
//   add  addend(%rdi), %rsi                 mov  addend(%rdi), %rsi
//   mov  (%rsi), D                          mov  (%rsi, A), D      or another load, or a store
//   end:
//   ...
//   slow:
//   mov  %rbp, %rdi                         push %rbp; pop %rdi
//                                           mov  A, %rsi
//   mov  D, %rdx                            of a store, unless it is there
//   mov  $kind, %edx                        push $kind; pop %rdx   of a store: %rcx
//   lea  end, %rcx                          of a store: %r8
//
// Three instructions of eleven are gone, and nothing has moved that the library knows the place of.
// %rdi and %rsi hold nothing after an access. Anything but exactly these bytes is left as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pagelab::cpu {

enum class HostRotate : uint8_t { Absent, Present }; // RORX, of BMI2

HostRotate host_rotate();

// The translated code of the block whose callback's call ends at `after_call`: from there to its
// end, as the library's record in front of the code has it (struct TranslationBlock of Unicorn 2.1:
// tc.ptr, tc.size). Empty if there is none.
std::span<std::byte> rest_of_block(std::byte* after_call);

// How many accesses in `code` have been made shorter.
size_t shorten_accesses(std::span<std::byte> code, HostRotate rotate);

} // namespace pagelab::cpu
