// Registers and memory as GDB reads and writes them.
#include <algorithm>
#include <array>

#include "emu/cpu/linear_access.hpp"
#include "emu/gdb/packet.hpp"
#include "emu/gdb/stub.hpp"
#include "emu/machine/write_ram.hpp"

namespace pagelab::gdb {

namespace {

constexpr char kOk[] = "OK", kBadRequest[] = "E22", kBadAddress[] = "E14";
constexpr uint64_t kLongestTransfer = 0x2000;                     // bytes
constexpr uint64_t kOurEyes = ~uint64_t{(1u << 20) | (1u << 21)}; // CR4 without SMEP, SMAP

} // namespace

std::string Stub::read_all_registers()
{
    cpu::CpuRegisters const registers = machine_.registers(cpu_);
    std::string bytes;
    for (RegisterEntry const& entry : registers_of(architecture_))
        bytes += read_register(entry, registers);
    return to_hex(bytes);
}

std::string Stub::write_all_registers(std::string_view digits)
{
    auto const bytes = from_hex(digits);
    if (!bytes)
        return kBadRequest;
    cpu::CpuRegisters registers = machine_.registers(cpu_);
    std::string_view rest = *bytes;
    for (RegisterEntry const& entry : registers_of(architecture_)) {
        if (rest.size() < entry.bytes)
            break; // the others stay
        write_register(entry, rest.substr(0, entry.bytes), registers);
        rest.remove_prefix(entry.bytes);
    }
    forget_future();
    return machine_.set_registers(cpu_, registers) ? kOk : kBadRequest;
}

std::string Stub::read_one_register(std::string_view packet)
{
    auto const number = take_hex(packet);
    auto const& table = registers_of(architecture_);
    if (!number || *number >= table.size())
        return kBadRequest;
    return to_hex(read_register(table[*number], machine_.registers(cpu_)));
}

// "NUMBER=BYTES".
std::string Stub::write_one_register(std::string_view packet)
{
    auto const number = take_hex(packet);
    take(packet, "=");
    auto const bytes = from_hex(packet);
    auto const& table = registers_of(architecture_);
    if (!number || *number >= table.size() || !bytes || bytes->size() != table[*number].bytes)
        return kBadRequest;
    cpu::CpuRegisters registers = machine_.registers(cpu_);
    write_register(table[*number], *bytes, registers);
    forget_future();
    return machine_.set_registers(cpu_, registers) ? kOk : kBadRequest;
}

std::optional<PhysAddr> Stub::translate(uint64_t address)
{
    if (physical_)
        return PhysAddr(address);
    mmu::Context context = cpu::paging_context(machine_.registers(cpu_).state);
    context.cr4 &= kOurEyes;
    auto const walked = mmu::translate(context, machine_.memory(), VirtAddr(address), {});
    return walked ? std::optional(walked->address) : std::nullopt;
}

bool Stub::read(uint64_t address, std::span<std::byte> out)
{
    while (!out.empty()) {
        auto const place = translate(address);
        if (!place)
            return false;
        size_t const count = std::min<size_t>(out.size(), kPageSize - place->page_offset());
        machine_.memory().read(*place, out.first(count));
        out = out.subspan(count);
        address += count;
    }
    return true;
}

// "ADDRESS,SIZE"; else the answer is `error`.
std::optional<std::string> Stub::read_bytes(std::string_view packet, std::string& error)
{
    auto const address = take_hex(packet);
    take(packet, ",");
    auto const size = take_hex(packet);
    error = kBadRequest;
    if (!address || !size || *size > kLongestTransfer)
        return std::nullopt;
    std::string bytes(*size, '\0');
    error = kBadAddress;
    if (!read(*address, std::as_writable_bytes(std::span(bytes))))
        return std::nullopt;
    return bytes;
}

std::string Stub::read_memory(std::string_view packet)
{
    std::string error;
    auto const bytes = read_bytes(packet, error);
    return bytes ? to_hex(*bytes) : error;
}

// GDB 16's: a 'b', then the bytes as they are.
std::string Stub::read_binary(std::string_view packet)
{
    std::string error;
    auto const bytes = read_bytes(packet, error);
    return bytes ? "b" + *bytes : error;
}

// "ADDRESS,SIZE:BYTES".
std::string Stub::write_memory(std::string_view packet, Spelling spelling)
{
    auto const address = take_hex(packet);
    take(packet, ",");
    auto const size = take_hex(packet);
    take(packet, ":");
    auto const bytes = spelling == Spelling::Hex ? from_hex(packet) : std::string(packet);
    if (!address || !size || !bytes || bytes->size() != *size || *size > kLongestTransfer)
        return kBadRequest;
    std::string old(*size, '\0'); // all of it is mapped, or nothing is written
    if (!read(*address, std::as_writable_bytes(std::span(old))))
        return kBadAddress;
    forget_future();
    auto rest = std::as_bytes(std::span(*bytes));
    for (uint64_t at = *address; !rest.empty();) {
        auto const place = translate(at);
        if (!place)
            return kBadAddress;
        size_t const count = std::min<size_t>(rest.size(), kPageSize - place->page_offset());
        machine::write_ram(machine_, *place, rest.first(count));
        rest = rest.subspan(count);
        at += count;
    }
    return kOk;
}

} // namespace pagelab::gdb
