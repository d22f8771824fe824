// A machine whose firmware is a few instructions of real mode, and someone who sits at it.
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <vector>

#include "emu/machine/machine.hpp"

namespace pagelab::test {

// Real-mode code as it is written down.
class Code {
  public:
    Code& bytes(std::initializer_list<uint8_t> code)
    {
        code_.insert(code_.end(), code);
        return *this;
    }
    Code& out(uint8_t port, uint8_t value) { return bytes({0xb0, value, 0xe6, port}); }
    Code& out_dx(uint16_t port, uint8_t value)
    {
        return bytes(
            {0xba, static_cast<uint8_t>(port), static_cast<uint8_t>(port >> 8), 0xb0, value, 0xee});
    }
    // Interrupt vector -> f000:offset. DS is 0.
    Code& vector(uint8_t number, uint16_t offset)
    {
        auto const at = static_cast<uint16_t>(4 * number);
        auto const low = [](uint16_t word) { return static_cast<uint8_t>(word); };
        auto const high = [](uint16_t word) { return static_cast<uint8_t>(word >> 8); };
        bytes({0xc7, 0x06, low(at), high(at), low(offset), high(offset)});
        uint16_t const next = static_cast<uint16_t>(at + 2);
        return bytes({0xc7, 0x06, low(next), high(next), 0x00, 0xf0});
    }
    // Both 8259s: vectors from 8, all masked but the given IRQs of the first.
    Code& pic(uint8_t open)
    {
        out(0x20, 0x11).out(0x21, 0x08).out(0x21, 0x04).out(0x21, 0x01);
        return out(0x21, static_cast<uint8_t>(~open));
    }
    Code& print_al() { return bytes({0xe6, 0xe9}); }
    Code& exit(uint8_t status) { return out(0xf4, status).halt(); }
    Code& halt() { return bytes({0xf4}); }
    Code& sti() { return bytes({0xfb}); }

    std::vector<uint8_t> const& get() const { return code_; }

  private:
    std::vector<uint8_t> code_;
};

class Sitter final : public machine::Attendant {
  public:
    void serial_output(uint8_t byte) override { serial.push_back(static_cast<char>(byte)); }
    void debug_output(uint8_t byte) override { debug.push_back(static_cast<char>(byte)); }
    std::vector<uint8_t> serial_input(size_t room) override
    {
        std::string const now = waits > 0 ? typed.substr(0, room) : "";
        typed.erase(0, now.size());
        return {now.begin(), now.end()};
    }
    void guest_waits() override { waits++; }
    bool attend(std::optional<uint64_t> idle_ns) override
    {
        if (idle_ns)
            longest_idle_ns = std::max(longest_idle_ns, *idle_ns);
        return patience-- > 0;
    }

    std::string serial, debug;
    std::string typed; // given once the guest waits for it
    unsigned waits = 0;
    uint64_t longest_idle_ns = 0;
    int patience = 100; // calls of attend() until the run is ended
};

inline constexpr uint16_t kHandler = 0x1000; // offset of the second piece of code

// The reset vector jumps to f000:0000, where `code` is; `handler` is at f000:kHandler.
struct RomBench {
    explicit RomBench(Code const& code, Code const& handler = {},
                      machine::MachineConfig const& config = {})
    {
        std::vector<std::byte> rom(0x1'0000, std::byte{0xf4});
        auto const place = [&](size_t at, std::vector<uint8_t> const& bytes) {
            for (size_t i = 0; i < bytes.size(); i++)
                rom[at + i] = std::byte{bytes[i]};
        };
        place(0, code.get());
        place(kHandler, handler.get());
        place(0xfff0, {0xea, 0x00, 0x00, 0x00, 0xf0}); // jmp f000:0000
        auto made = machine::Machine::create(config, rom, sitter);
        if (made)
            machine = std::move(*made);
        else
            error = made.error().message;
    }

    // More code, at f000:offset.
    void place(uint16_t offset, std::vector<uint8_t> const& bytes)
    {
        PhysAddr const base(0xf'0000);
        auto const room = machine->memory().host_span(base + offset);
        std::memcpy(room.data(), bytes.data(), bytes.size());
    }

    Sitter sitter;
    std::string error;
    std::unique_ptr<machine::Machine> machine; // null if there is an error
};

} // namespace pagelab::test
