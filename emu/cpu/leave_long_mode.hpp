// A fresh UC_MODE_64 engine is in a half-enabled long mode; this takes it to protected mode with
// paging off, CR4 = 0 and EFER = 0, from where reset state or a test sets up what it wants.
#pragma once

#include "emu/cpu/unicorn_api.hpp"

namespace pagelab::cpu {

inline void leave_long_mode(uc_engine* engine)
{
    constexpr uint64_t kPaging = 0x8000'0001, kProtected = 0x1, kZero = 0;
    uc_reg_write(engine, UC_X86_REG_CR0, &kPaging);
    uc_reg_write(engine, UC_X86_REG_CR0, &kProtected);
    uc_reg_write(engine, UC_X86_REG_CR4, &kZero);
    uc_x86_msr efer = {0xc000'0080, 0};
    uc_reg_write(engine, UC_X86_REG_MSR, &efer);
}

} // namespace pagelab::cpu
