// A machine of RAM, ROM and a log of what the code did at the ports and in the holes.
#pragma once

#include <cstring>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "emu/cpu/engine.hpp"

namespace pagelab {

using cpu::Engine;
using cpu::Stop;

// The code begins in real mode at f000:0000. Port 0xf4 stops the engine.
class Bench : public cpu::Platform {
  public:
    explicit Bench(std::vector<uint8_t> const& reset_code, std::string_view model = "max",
                   unsigned cpus = 1)
        : rom_(0x1'0000, std::byte{0xf4}), memory_(make_memory(reset_code))
    {
        auto created =
            Engine::create({cpu::find_cpu_model(model).value(), {}, cpus}, memory_, *this);
        REQUIRE_MESSAGE(created.has_value(), created.error().message);
        engine = std::move(*created);
    }

    uint32_t port_in(uint16_t port, unsigned) override { return inputs[port]; }
    void port_out(uint16_t port, unsigned bytes, uint32_t value) override
    {
        outputs.push_back({port, bytes, value, engine->instructions()});
        if (port == 0xf4)
            engine->request_stop();
        if (at_output)
            at_output(port, value);
    }
    uint64_t mmio_read(PhysAddr, unsigned) override { return ~uint64_t{0}; }
    void mmio_write(PhysAddr address, unsigned, uint64_t value) override
    {
        mmio[address.value] = value;
    }
    uint64_t time_stamp() override { return engine->instructions(); }

    void put(uint64_t address, std::vector<uint8_t> const& bytes)
    {
        memory_.write(PhysAddr(address), std::as_bytes(std::span(bytes)));
    }
    template<class T>
    void put_word(uint64_t address, T value)
    {
        memory_.write(PhysAddr(address), std::as_bytes(std::span(&value, 1)));
    }
    template<class T>
    T word(uint64_t address) const
    {
        T value{};
        memory_.read(PhysAddr(address), std::as_writable_bytes(std::span(&value, 1)));
        return value;
    }
    // `count` words from `address` upwards.
    template<class T>
    std::vector<T> words(uint64_t address, size_t count) const
    {
        std::vector<T> found;
        for (size_t i = 0; i < count; ++i)
            found.push_back(word<T>(address + i * sizeof(T)));
        return found;
    }
    // The values written to a port, in order.
    std::vector<uint32_t> written(uint16_t port) const
    {
        std::vector<uint32_t> values;
        for (Output const& output : outputs)
            if (output.port == port)
                values.push_back(output.value);
        return values;
    }

    struct Output {
        uint16_t port;
        unsigned bytes;
        uint32_t value;
        uint64_t when; // instructions retired before the OUT
    };
    std::function<void(uint16_t port, uint32_t value)> at_output;
    std::map<uint16_t, uint32_t> inputs;
    std::vector<Output> outputs;
    std::map<uint64_t, uint64_t> mmio;
    std::unique_ptr<Engine> engine;

  private:
    mem::PhysicalMemory make_memory(std::vector<uint8_t> const& reset_code)
    {
        // The reset vector jumps to f000:0000, where the code is.
        constexpr uint8_t kJump[] = {0xea, 0x00, 0x00, 0x00, 0xf0};
        std::memcpy(&rom_[0xfff0], kJump, sizeof kJump);
        std::memcpy(&rom_[0], reset_code.data(), reset_code.size());
        return std::move(mem::PhysicalMemory::create(32u << 20, rom_).value());
    }

    std::vector<std::byte> rom_;
    mem::PhysicalMemory memory_;
};

} // namespace pagelab
