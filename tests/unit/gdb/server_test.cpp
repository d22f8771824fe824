// A conversation over a socket: acknowledgements, Ctrl-C of a running machine, detaching.
#include "emu/gdb/server.hpp"

#include <array>
#include <future>

#include <doctest/doctest.h>
#include <sys/socket.h>

#include "tests/unit/machine/rom_bench.hpp"

using namespace pagelab;
using machine::Outcome;

TEST_CASE("acknowledged, interrupted, detached: then the machine runs to its end by itself")
{
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
    gdb::Connection client(ends[0]);
    test::Sitter sitter;
    gdb::AttentiveAttendant attendant(sitter);
    std::vector<std::byte> rom(0x1'0000, std::byte{0xf4});
    // cmp byte [0x600],0; je to itself; then the exit port
    std::array<uint8_t, 11> const code = {0x80, 0x3e, 0x00, 0x06, 0x00, 0x74,
                                          0xf9, 0xb0, 0x07, 0xe6, 0xf4};
    std::memcpy(&rom[0xff00], code.data(), code.size());
    std::array<uint8_t, 5> const jump = {0xea, 0x00, 0xff, 0x00, 0xf0};
    std::memcpy(&rom[0xfff0], jump.data(), jump.size());
    auto machine = machine::Machine::create({}, rom, attendant);
    REQUIRE(machine.has_value());
    sitter.patience = 1 << 30;
    // Apart, as another process would be; a machine runs on the thread that made it.
    auto const debugger = [&client] {
        std::vector<std::string> answers;
        gdb::PacketReader reader;
        auto const receive = [&] {
            while (true) {
                if (auto const item = reader.next())
                    return answers.push_back(item->payload);
                std::string const bytes = client.receive();
                if (bytes.empty())
                    return answers.push_back("gone");
                reader.feed(bytes);
            }
        };
        client.send(gdb::make_packet("?"));
        receive();
        client.send(gdb::make_packet("c"));
        client.send("\x03");
        receive();
        for (char const* packet : {"M600,1:01", "D"}) {
            client.send(gdb::make_packet(packet));
            receive();
        }
        return answers;
    };
    auto answers = std::async(std::launch::async, debugger);
    Outcome const outcome = gdb::serve_gdb(**machine, gdb::Architecture::X86_64, attendant, nullptr,
                                           gdb::Connection(ends[1]));
    CHECK(outcome == Outcome::Exit);
    CHECK((*machine)->exit_status() == 7);
    CHECK(answers.get() == std::vector<std::string>{"T05thread:1;", "T02thread:1;", "OK", "OK"});
}

TEST_CASE("addresses that are none")
{
    CHECK(!gdb::accept_gdb("1234"));
    CHECK(!gdb::accept_gdb(":"));
    CHECK(!gdb::accept_gdb(":99999999"));
    CHECK(!gdb::accept_gdb("192.0.2.1:1")); // not an address of this machine
}
