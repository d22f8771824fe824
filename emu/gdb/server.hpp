// One GDB at a TCP port: the connection, and the conversation from its first packet to its last.
#pragma once

#include <string>
#include <utility>

#include "emu/base/error.hpp"
#include "emu/gdb/packet.hpp"
#include "emu/gdb/stub.hpp"

namespace pagelab::gdb {

// A socket, closed with this.
class Connection {
  public:
    explicit Connection(int socket) : socket_(socket) {}
    Connection(Connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
    Connection& operator=(Connection&&) = delete;
    ~Connection();

    bool send(std::string_view bytes); // false: GDB is gone
    // What has come; waits for the first byte. Empty: GDB is gone.
    std::string receive();
    bool has_input() const;
    int handle() const { return socket_; }

  private:
    int socket_;
};

// "[HOST]:PORT"; without HOST only this machine's own addresses can connect. Waits for the first
// connection. An Error says what the address lacks or why it cannot be had.
Result<Connection> accept_gdb(std::string const& address);

// The machine's attendant while GDB is attached: as the one it has, and it asks the machine to stop
// when GDB says something, which can only be Ctrl-C while the machine runs.
class AttentiveAttendant final : public machine::Attendant {
  public:
    explicit AttentiveAttendant(machine::Attendant& inner) : inner_(inner) {}
    void watch(machine::Machine* machine, Connection* connection)
    {
        machine_ = machine;
        connection_ = connection;
    }

    void serial_output(uint8_t byte) override { inner_.serial_output(byte); }
    void debug_output(uint8_t byte) override { inner_.debug_output(byte); }
    std::vector<uint8_t> serial_input(size_t room) override { return inner_.serial_input(room); }
    bool take_break() override { return inner_.take_break(); }
    void guest_waits() override { inner_.guest_waits(); }
    bool attend(std::optional<uint64_t> idle_ns) override;

  private:
    machine::Attendant& inner_;
    machine::Machine* machine_ = nullptr;
    Connection* connection_ = nullptr;
};

// Until GDB detaches or goes, then by itself; or until the machine's end or GDB's wish for it,
// which is Outcome::Interrupted. recorder: the machine's, or null.
machine::Outcome serve_gdb(machine::Machine& machine, Architecture architecture,
                           AttentiveAttendant& attendant, machine::Recorder* recorder,
                           Connection connection);

} // namespace pagelab::gdb
