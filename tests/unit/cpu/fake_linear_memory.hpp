// Linear memory for delivery without an engine: bytes by address, and ranges that refuse.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "emu/cpu/exception_delivery.hpp"

namespace pagelab {

class FakeLinearMemory final : public cpu::LinearMemory {
  public:
    enum class Refuse : uint8_t { Write, All };

    std::expected<void, cpu::DeliveryFault> read(uint64_t linear, std::span<std::byte> out) override
    {
        for (size_t i = 0; i < out.size(); ++i) {
            if (auto const* refused = find(linear + i, Refuse::All))
                return std::unexpected(*refused);
            out[i] = bytes_[linear + i];
        }
        return {};
    }

    std::expected<void, cpu::DeliveryFault> write(uint64_t linear,
                                                  std::span<std::byte const> bytes) override
    {
        for (size_t i = 0; i < bytes.size(); ++i) {
            if (auto const* refused = find(linear + i, Refuse::Write))
                return std::unexpected(*refused);
            bytes_[linear + i] = bytes[i];
        }
        return {};
    }

    void change_address_space(cpu::CpuState const& state) override { loaded_cr3 = state.cr3; }

    // Accesses of this kind to [from, to) answer with `fault`.
    void refuse(uint64_t from, uint64_t to, Refuse kind, cpu::DeliveryFault const& fault)
    {
        refusals_.push_back({from, to, kind, fault});
    }

    template<class T>
    void put(uint64_t linear, T value)
    {
        auto const* raw = reinterpret_cast<std::byte const*>(&value);
        for (size_t i = 0; i < sizeof value; ++i)
            bytes_[linear + i] = raw[i];
    }

    template<class T>
    T get(uint64_t linear)
    {
        std::byte raw[sizeof(T)];
        for (size_t i = 0; i < sizeof(T); ++i)
            raw[i] = bytes_[linear + i];
        T value;
        std::memcpy(&value, raw, sizeof value);
        return value;
    }

    // `count` words from `linear` upwards.
    template<class T>
    std::vector<T> words(uint64_t linear, size_t count)
    {
        std::vector<T> found;
        for (size_t i = 0; i < count; ++i)
            found.push_back(get<T>(linear + i * sizeof(T)));
        return found;
    }

    bool operator==(FakeLinearMemory const& other) const { return bytes_ == other.bytes_; }

    std::optional<uint64_t> loaded_cr3; // by the last task switch

  private:
    struct Refusal {
        uint64_t from, to;
        Refuse kind;
        cpu::DeliveryFault fault;
    };

    cpu::DeliveryFault const* find(uint64_t linear, Refuse kind) const
    {
        for (Refusal const& refusal : refusals_)
            if (linear >= refusal.from && linear < refusal.to &&
                (refusal.kind == Refuse::All || refusal.kind == kind))
                return &refusal.fault;
        return nullptr;
    }

    std::map<uint64_t, std::byte> bytes_;
    std::vector<Refusal> refusals_;
};

} // namespace pagelab
