// Z and z: breakpoints and watchpoints, as points of the machine.
#include "emu/gdb/packet.hpp"
#include "emu/gdb/stub.hpp"

namespace pagelab::gdb {

namespace {

constexpr char kOk[] = "OK", kUnsupported[] = "", kBadRequest[] = "E22";

cpu::AccessMask watched_by(char kind)
{
    return kind == '2'   ? cpu::AccessMask::Write
           : kind == '3' ? cpu::AccessMask::Read
                         : cpu::AccessMask::ReadWrite;
}

} // namespace

// "KIND,ADDRESS,SIZE": 0 and 1 are breakpoints; 2, 3, 4 watch writes, reads, both.
std::optional<Stub::PointKey> Stub::parse_point(std::string_view packet)
{
    if (packet.size() < 2 || packet[1] != ',')
        return std::nullopt;
    char const kind = packet.front();
    packet.remove_prefix(2);
    auto const address = take_hex(packet);
    take(packet, ",");
    auto const size = take_hex(packet);
    if (!address || !size)
        return std::nullopt;
    return PointKey{kind, *address, *size};
}

std::string Stub::insert_point(std::string_view packet)
{
    auto const key = parse_point(packet);
    if (!key)
        return kBadRequest;
    auto const& [kind, address, size] = *key;
    if (kind < '0' || kind > '4')
        return kUnsupported;
    if (points_.contains(*key))
        return kOk;
    auto const space = physical_ ? cpu::AddressSpace::Physical : cpu::AddressSpace::Virtual;
    bool const breaks = kind == '0' || kind == '1';
    auto const id =
        breaks ? machine_.add_point(cpu::Breakpoint{space, address})
               : machine_.add_point(cpu::Watchpoint{space, address, size, watched_by(kind)});
    if (!id)
        return kBadRequest;
    points_[*key] = *id;
    return kOk;
}

std::string Stub::remove_point(std::string_view packet)
{
    auto const key = parse_point(packet);
    auto const found = key ? points_.find(*key) : points_.end();
    if (found == points_.end())
        return kBadRequest;
    machine_.remove_point(found->second);
    points_.erase(found);
    return kOk;
}

void Stub::remove_points()
{
    for (auto const& [key, id] : points_)
        machine_.remove_point(id);
    points_.clear();
}

} // namespace pagelab::gdb
