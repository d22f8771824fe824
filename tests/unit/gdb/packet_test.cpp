// Framing: what is a packet, what is damaged, what is skipped.
#include "emu/gdb/packet.hpp"

#include <vector>

#include <doctest/doctest.h>

using namespace pagelab::gdb;

TEST_CASE("packets are found whatever the pieces they come in, and what is between is skipped")
{
    PacketReader reader;
    std::string const bytes = "+junk$m0,4#fd-\x03$OK#9a";
    std::vector<Item> items;
    for (char const byte : bytes) {
        reader.feed(std::string(1, byte));
        while (auto item = reader.next())
            items.push_back(*item);
    }
    REQUIRE(items.size() == 3);
    CHECK(items[0].payload == "m0,4");
    CHECK(items[0].kind == Item::Kind::Packet);
    CHECK(items[1].kind == Item::Kind::Interrupt);
    CHECK(items[2].payload == "OK");
}

TEST_CASE("a wrong sum is a damaged packet")
{
    PacketReader reader;
    reader.feed("$OK#9b$OK#zz");
    CHECK(reader.next()->kind == Item::Kind::Damaged);
    CHECK(reader.next()->kind == Item::Kind::Damaged);
    CHECK(!reader.next());
}

TEST_CASE("what is sent is what is received, escapes included")
{
    std::string const payload = "a$b#c}d*e\x7f";
    std::string const packet = make_packet(payload);
    CHECK(packet.find('*') == std::string::npos);
    PacketReader reader;
    reader.feed(packet);
    CHECK(reader.next()->payload == payload);
    CHECK(make_packet("OK") == "$OK#9a");
}

TEST_CASE("hex, well formed and not")
{
    CHECK(to_hex(std::string("\x00\xff", 2)) == "00ff");
    CHECK(from_hex("00Ff") == std::string("\x00\xff", 2));
    CHECK(!from_hex("0"));
    CHECK(!from_hex("0g"));
    std::string_view text = "1f,10000000000000000";
    CHECK(take_hex(text) == 0x1f);
    CHECK(take(text, ","));
    CHECK(!take_hex(text)); // 17 digits
}

TEST_CASE("a packet without an end is given up")
{
    PacketReader reader;
    reader.feed("$" + std::string(2u << 20, 'x'));
    CHECK(!reader.next());
    reader.feed("$OK#9a");
    CHECK(reader.next()->payload == "OK");
}
