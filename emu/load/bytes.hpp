// Packed structures in and out of untrusted bytes, without trusting an offset or an alignment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace pagelab::load {

// bytes[offset, offset + size), or nothing if any of it lies beyond the end.
inline std::optional<std::span<std::byte const>> slice(std::span<std::byte const> bytes,
                                                       uint64_t offset, uint64_t size)
{
    if (offset > bytes.size() || size > bytes.size() - offset)
        return {};
    return bytes.subspan(offset, size);
}

// The T at the offset, or nothing if any of it lies beyond the end.
template<class T>
std::optional<T> struct_at(std::span<std::byte const> bytes, uint64_t offset)
{
    static_assert(std::is_trivially_copyable_v<T>);
    auto const from = slice(bytes, offset, sizeof(T));
    if (!from)
        return {};
    T value;
    std::memcpy(&value, from->data(), sizeof value);
    return value;
}

// What is put here is ours: the caller has made room for it.
template<class T>
void put_struct(std::span<std::byte> bytes, size_t offset, T const& value)
{
    static_assert(std::is_trivially_copyable_v<T>);
    auto const to = bytes.subspan(offset, sizeof value);
    std::memcpy(to.data(), &value, sizeof value);
}

template<class T>
std::vector<std::byte> bytes_of(T const& value)
{
    std::vector<std::byte> bytes(sizeof value);
    put_struct(bytes, 0, value);
    return bytes;
}

// The text with a final NUL.
inline std::vector<std::byte> bytes_of_string(std::string_view text)
{
    auto const characters = std::as_bytes(std::span(text));
    std::vector<std::byte> bytes(characters.begin(), characters.end());
    bytes.push_back(std::byte{0});
    return bytes;
}

} // namespace pagelab::load
