// Packets of GDB's remote protocol: framing, checksum, escapes, hex.
//
//   $payload#cc     cc is the sum of the payload's bytes, in hex; '}' escapes the next byte, ^ 0x20
//   + -             received, received damaged;  0x03 alone: stop the machine
//
// Source: GDB's manual, appendix E.1 (overview of the protocol).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace pagelab::gdb {

struct Item {
    enum class Kind : uint8_t { Packet, Damaged, Interrupt };

    Kind kind = Kind::Packet;
    std::string payload; // unescaped
};

// Takes bytes as they come and gives whole items; what is neither is skipped.
class PacketReader {
  public:
    void feed(std::string_view bytes) { buffer_ += bytes; }
    std::optional<Item> next();
    // Whether an interrupt has come with, or after, what next() has given so far.
    bool has_interrupt() const { return buffer_.find(kInterrupt) != std::string::npos; }

  private:
    static constexpr char kInterrupt = 3;
    static constexpr size_t kLongest = 1u << 20; // what is longer is no packet

    std::string buffer_;
};

std::string make_packet(std::string_view payload);

std::string to_hex(std::string_view bytes);
// None unless it is an even number of hex digits.
std::optional<std::string> from_hex(std::string_view digits);
// Takes a hex number from the front of `text`; none if there is no digit, or more than 16.
std::optional<uint64_t> take_hex(std::string_view& text);
// Takes `separator` from the front of `text`, if it is there.
bool take(std::string_view& text, std::string_view separator);

} // namespace pagelab::gdb
