// x86-64 machine code of the host, read and written byte by byte within bounds.
//
// Encodings are those of Intel SDM volume 2. Reading beyond the end finds nothing; writing beyond
// the room is counted but not done, so that one look at fits() at the end is enough.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <optional>
#include <span>

namespace pagelab::cpu {

enum HostRegister : uint8_t { kRcx = 1, kRdx = 2, kRsp = 4, kRsi = 6, kRdi = 7 };

class CodeReader {
  public:
    explicit CodeReader(std::span<std::byte const> bytes) : bytes_(bytes) {}

    size_t size() const { return bytes_.size(); }

    bool has(size_t at, std::initializer_list<unsigned> expected) const
    {
        if (at > bytes_.size() || bytes_.size() - at < expected.size())
            return false;
        for (unsigned const byte : expected)
            if (std::to_integer<unsigned>(bytes_[at++]) != byte)
                return false;
        return true;
    }
    template<class T>
    std::optional<T> value(size_t at) const
    {
        if (at > bytes_.size() || bytes_.size() - at < sizeof(T))
            return std::nullopt;
        T value;
        std::memcpy(&value, &bytes_[at], sizeof value);
        return value;
    }
    // 0 beyond the end.
    uint8_t byte(size_t at) const { return value<uint8_t>(at).value_or(0); }

  private:
    std::span<std::byte const> bytes_;
};

class CodeWriter {
  public:
    explicit CodeWriter(std::span<std::byte> room) : room_(room) {}

    size_t size() const { return size_; }
    bool fits() const { return size_ <= room_.size(); }

    template<class... Bytes>
    void bytes(Bytes... values)
    {
        (put(static_cast<uint8_t>(values)), ...);
    }
    template<class T>
    void value(T constant)
    {
        std::array<uint8_t, sizeof(T)> raw;
        std::memcpy(raw.data(), &constant, sizeof constant);
        for (uint8_t byte : raw)
            put(byte);
    }

  private:
    void put(uint8_t byte)
    {
        if (size_ < room_.size())
            room_[size_] = std::byte{byte};
        ++size_;
    }

    std::span<std::byte> room_;
    size_t size_ = 0;
};

} // namespace pagelab::cpu
