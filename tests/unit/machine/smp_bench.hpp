// Code for several CPUs: the first starts the others, which begin at f000:kHandler.
//
// All stay in real mode. They reach the local APIC by 32-bit offsets: segment limits are not
// checked. DS is 0 after INIT, and memory from 0x600 on is theirs to share.
#pragma once

#include "tests/unit/machine/rom_bench.hpp"

namespace pagelab::test {

inline constexpr uint8_t kStartPage = 0xf1; // where kHandler is, as a start-up message says it
inline constexpr uint16_t kReady = 0x600, kCounter = 0x610, kWord = 0x620;
inline constexpr uint32_t kInitAllOthers = 0xc'4500, kStartAllOthers = 0xc'4600 | kStartPage;

class SmpCode : public Code {
  public:
    SmpCode& raw(std::initializer_list<uint8_t> code)
    {
        bytes(code);
        return *this;
    }
    SmpCode& word(uint16_t value)
    {
        return raw({static_cast<uint8_t>(value), static_cast<uint8_t>(value >> 8)});
    }
    SmpCode& dword(uint32_t value)
    {
        return word(static_cast<uint16_t>(value)).word(static_cast<uint16_t>(value >> 16));
    }
    // mov dword [fee00000h + offset], value
    SmpCode& apic_write(uint32_t offset, uint32_t value)
    {
        return raw({0x67, 0x66, 0xc7, 0x05}).dword(0xfee0'0000 + offset).dword(value);
    }
    SmpCode& apic_read(uint32_t offset) // mov eax, [fee00000h + offset]
    {
        return raw({0x67, 0x66, 0xa1}).dword(0xfee0'0000 + offset);
    }
    SmpCode& enable_apic() { return apic_write(0xf0, 0x1ff); }
    SmpCode& start_others()
    {
        return apic_write(0x300, kInitAllOthers).apic_write(0x300, kStartAllOthers);
    }
    SmpCode& lock_inc(uint16_t at) { return raw({0xf0, 0xff, 0x06}).word(at); } // lock inc [at]
    // wait: pause; cmp word [at], value; jne wait
    SmpCode& wait_for(uint16_t at, uint16_t value)
    {
        return raw({0xf3, 0x90, 0x81, 0x3e}).word(at).word(value).raw({0x75, 0xf6});
    }
    SmpCode& print_word(uint16_t at) // two bytes to the debug console, the low one first
    {
        raw({0xa1}).word(at).print_al();
        return raw({0x88, 0xe0, 0xe6, 0xe9}); // mov al, ah; out e9h, al
    }
    SmpCode& set_vector(uint8_t number, uint16_t offset)
    {
        vector(number, offset);
        return *this;
    }
    SmpCode& hlt() { return raw({0xf4}); }
    SmpCode& sti_hlt() { return raw({0xfb, 0xf4}); }
    SmpCode& leave(uint8_t status)
    {
        exit(status);
        return *this;
    }
};

inline machine::MachineConfig smp_config(unsigned cpus, uint64_t seed = 0)
{
    machine::MachineConfig config;
    config.cpus = cpus;
    config.seed = seed;
    return config;
}

inline unsigned word_of(std::string const& bytes, size_t at = 0)
{
    return static_cast<uint8_t>(bytes.at(at)) | static_cast<uint8_t>(bytes.at(at + 1)) << 8;
}

} // namespace pagelab::test
