// POSIX sockets; a conversation is one packet at a time.
#include "emu/gdb/server.hpp"

#include <cerrno>
#include <cstring>

#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pagelab::gdb {

namespace {

struct FreeAddresses {
    void operator()(addrinfo* list) const { freeaddrinfo(list); }
};

Result<std::unique_ptr<addrinfo, FreeAddresses>> look_up(std::string const& address)
{
    size_t const colon = address.rfind(':');
    std::string const port = colon == std::string::npos ? "" : address.substr(colon + 1);
    bool const is_port = !port.empty() && port.size() <= 5 &&
                         port.find_first_not_of("0123456789") == std::string::npos &&
                         std::stoul(port) - 1 < 0xffff;
    if (!is_port)
        return fail("'{}' is no address for gdb: [HOST]:PORT", address);
    std::string const host = colon == 0 ? "127.0.0.1" : address.substr(0, colon);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo* list = nullptr;
    if (int const status = getaddrinfo(host.c_str(), port.c_str(), &hints, &list); status != 0)
        return fail("gdb at {}: {}", address, gai_strerror(status));
    return std::unique_ptr<addrinfo, FreeAddresses>(list);
}

// The conversation's state besides the stub's.
struct Conversation {
    Connection& connection;
    PacketReader reader;
    bool acknowledges = true;

    bool send(std::string_view payload) { return connection.send(make_packet(payload)); }
    // The next packet; none when GDB is gone.
    std::optional<std::string> receive()
    {
        while (true) {
            while (auto const item = reader.next()) {
                if (item->kind == Item::Kind::Interrupt)
                    continue; // the machine stands already
                bool const good = item->kind == Item::Kind::Packet;
                if (acknowledges && !connection.send(good ? "+" : "-"))
                    return std::nullopt;
                if (good)
                    return item->payload;
            }
            std::string const bytes = connection.receive();
            if (bytes.empty())
                return std::nullopt;
            reader.feed(bytes);
        }
    }
};

} // namespace

Connection::~Connection()
{
    if (socket_ >= 0)
        close(socket_);
}

bool Connection::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        ssize_t const sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
}

std::string Connection::receive()
{
    std::string bytes(4096, '\0');
    ssize_t const count = recv(socket_, bytes.data(), bytes.size(), 0);
    bytes.resize(count > 0 ? static_cast<size_t>(count) : 0);
    return bytes;
}

bool Connection::has_input() const
{
    pollfd input = {socket_, POLLIN, 0};
    return poll(&input, 1, 0) > 0;
}

Result<Connection> accept_gdb(std::string const& address)
{
    auto const list = TRY(look_up(address));
    Connection const owner(
        socket(list->ai_family, list->ai_socktype | SOCK_CLOEXEC, list->ai_protocol));
    int const listener = owner.handle();
    int const yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (listener < 0 || bind(listener, list->ai_addr, list->ai_addrlen) != 0 ||
        listen(listener, 1) != 0)
        return fail("gdb at {}: {}", address, std::strerror(errno));
    int const socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0)
        return fail("gdb at {}: {}", address, std::strerror(errno));
    return Connection(socket);
}

bool AttentiveAttendant::attend(std::optional<uint64_t> idle_ns)
{
    if (connection_ != nullptr && connection_->has_input())
        machine_->request_stop();
    return inner_.attend(idle_ns);
}

machine::Outcome serve_gdb(machine::Machine& machine, Architecture architecture,
                           AttentiveAttendant& attendant, machine::Recorder* recorder,
                           Connection connection)
{
    Conversation talk{connection, {}, true};
    {
        Stub stub(machine, architecture, recorder);
        attendant.watch(&machine, &connection);
        while (auto const packet = talk.receive()) {
            Answer const answer = stub.answer(*packet);
            if (answer.next == Next::Kill)
                return machine::Outcome::Interrupted;
            if (answer.next == Next::Wait || answer.next == Next::Detach) {
                talk.send(answer.text);
                talk.acknowledges &= *packet != "QStartNoAckMode";
                if (answer.next == Next::Detach)
                    break;
                continue;
            }
            if (talk.reader.has_interrupt())
                machine.request_stop();
            machine::Outcome const outcome = stub.go_on(answer.next);
            talk.send(stub.describe_stop(outcome));
            bool const ended = outcome == machine::Outcome::Exit ||
                               outcome == machine::Outcome::Reset ||
                               outcome == machine::Outcome::Interrupted;
            if (ended)
                return outcome;
        }
        attendant.watch(nullptr, nullptr);
    }
    return machine.run();
}

} // namespace pagelab::gdb
