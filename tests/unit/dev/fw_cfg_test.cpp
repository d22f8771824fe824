#include "emu/dev/fw_cfg.hpp"

#include <array>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "guestkernel/abi/machine/ports.hpp"

using namespace pagelab;
using namespace pagelab::fw_cfg;
using dev::FwCfg;
using dev::Width;

namespace {

// RAM from kBase on; counts the bytes written so that a test can bound the work.
class Ram final : public dev::DmaMemory {
  public:
    static constexpr uint64_t kBase = 0x1'0000'0000; // above 4 GiB: both address halves matter

    bool read(PhysAddr address, std::span<std::byte> out) override
    {
        if (!holds(address, out.size()))
            return false;
        std::memcpy(out.data(), &bytes[address.value - kBase], out.size());
        return true;
    }
    bool write(PhysAddr address, std::span<std::byte const> in) override
    {
        if (!holds(address, in.size()))
            return false;
        std::memcpy(&bytes[address.value - kBase], in.data(), in.size());
        written += in.size();
        return true;
    }

    std::vector<std::byte> bytes = std::vector<std::byte>(0x1'0000, std::byte{0xcc});
    size_t written = 0;

  private:
    bool holds(PhysAddr address, size_t size) const
    {
        uint64_t const offset = address.value - kBase;
        return offset <= bytes.size() && size <= bytes.size() - offset;
    }
};

struct Fixture {
    Ram ram;
    FwCfg device{ram};

    void select(uint16_t key) { device.port_out(port::kFwCfgSelector, Width::Word, key); }

    std::string read(size_t count)
    {
        std::string text;
        while (count-- > 0)
            text += static_cast<char>(device.port_in(port::kFwCfgData, Width::Byte));
        return text;
    }

    // Puts the request at the given offset of RAM, starts it and returns the host's answer.
    uint32_t dma(uint64_t control, uint32_t length, uint64_t address, uint64_t at = 0x8000)
    {
        FwCfgDma const request = {big_endian(static_cast<uint32_t>(control)), big_endian(length),
                                  big_endian64(address)};
        std::memcpy(&ram.bytes[at], &request, sizeof request);
        start(Ram::kBase + at);
        uint32_t answer = 0;
        std::memcpy(&answer, &ram.bytes[at], sizeof answer);
        return big_endian(answer);
    }

    void start(uint64_t address)
    {
        device.port_out(port::kFwCfgDmaHigh, Width::Dword,
                        big_endian(static_cast<uint32_t>(address >> 32)));
        device.port_out(port::kFwCfgDmaLow, Width::Dword,
                        big_endian(static_cast<uint32_t>(address)));
    }

    std::string memory(size_t offset, size_t size) const
    {
        return {reinterpret_cast<char const*>(&ram.bytes[offset]), size};
    }
};

std::vector<std::byte> bytes(std::string_view text)
{
    auto const* data = reinterpret_cast<std::byte const*>(text.data());
    return {data, data + text.size()};
}

uint64_t select_and_read(uint16_t key)
{
    return dma::Select::mask | dma::Read::mask | dma::Key::make(key);
}

} // namespace

TEST_CASE_FIXTURE(Fixture, "signature and ID, byte by byte; zeroes after an item's end")
{
    CHECK(read(4) == "QEMU"); // item 0 is current at reset
    select(kSignature);
    CHECK(read(6) == std::string("QEMU\0\0", 6));
    select(kId);
    CHECK(read(4) == std::string("\3\0\0\0", 4));
    select(0x1234);
    CHECK(read(2) == std::string(2, '\0'));
}

TEST_CASE_FIXTURE(Fixture, "numbers are little-endian and replaced when set again")
{
    device.set_u32(kKernelEntry, 0x11223344);
    device.set_u16(kCpuCount, 7);
    device.set_u16(kCpuCount, 4);
    select(kKernelEntry);
    CHECK(read(4) == "\x44\x33\x22\x11");
    select(kCpuCount);
    CHECK(read(3) == std::string("\4\0\0", 3));
}

TEST_CASE_FIXTURE(Fixture, "the DMA port shows its signature, at any width")
{
    CHECK(device.port_in(port::kFwCfgDmaHigh, Width::Dword) == 0x554d'4551); // "QEMU"
    CHECK(device.port_in(port::kFwCfgDmaLow, Width::Dword) == 0x4746'4320);  // " CFG"
    CHECK(device.port_in(port::kFwCfgDmaHigh + 1, Width::Byte) == 'E');
    CHECK(device.port_in(port::kFwCfgDmaLow + 3, Width::Dword) == 'G');
}

TEST_CASE_FIXTURE(Fixture, "files are listed big-endian and found by their key")
{
    CHECK(device.set_file("etc/e820", bytes("abcdef")).has_value());
    CHECK(device.set_file("opt/x", bytes("x")).has_value());
    CHECK(device.set_file("etc/e820", bytes("ABC")).has_value()); // replaces
    select(kFileDirectory);
    CHECK(read(4) == std::string("\0\0\0\2", 4));
    auto const first = read(64);
    CHECK(first.substr(0, 8) == std::string("\0\0\0\3\0\x20\0\0", 8));
    CHECK(std::string(first.c_str() + 8) == "etc/e820");
    CHECK(read(6) == std::string("\0\0\0\1\0\x21", 6));
    select(0x20);
    CHECK(read(4) == std::string("ABC\0", 4));
}

TEST_CASE_FIXTURE(Fixture, "file names and the number of files are bounded")
{
    CHECK_FALSE(device.set_file("", {}).has_value());
    CHECK_FALSE(device.set_file(std::string(56, 'n'), {}).has_value());
    CHECK(device.set_file(std::string(55, 'n'), {}).has_value());
    for (size_t i = 1; i < FwCfg::kMaxFiles; i++)
        CHECK(device.set_file(std::to_string(i), {}).has_value());
    auto const refused = device.set_file("one more", {});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().message == "more than 256 fw_cfg files");
}

TEST_CASE_FIXTURE(Fixture, "DMA reads, goes on where it stopped, skips, fills up with zeroes")
{
    device.set_item(kKernelData, bytes("0123456789"));
    CHECK(dma(select_and_read(kKernelData), 3, Ram::kBase) == 0);
    CHECK(memory(0, 4) == "012\xcc");
    CHECK(dma(dma::Skip::mask, 2, 0) == 0);
    CHECK(dma(dma::Read::mask, 7, Ram::kBase + 0x100) == 0);
    CHECK(memory(0x100, 8) == std::string("56789\0\0\xcc", 8));
    CHECK(dma(dma::Skip::mask, 0xffff'ffff, 0) == 0);
    CHECK(read(1) == std::string(1, '\0'));
    CHECK(dma(dma::Select::mask | dma::Key::make(kSignature), 0, 0) == 0);
    CHECK(read(4) == "QEMU");
}

TEST_CASE_FIXTURE(Fixture, "DMA refuses writes and memory that is not RAM")
{
    device.set_item(kKernelData, std::vector<std::byte>(64));
    constexpr uint32_t kError = dma::Error::mask;
    CHECK(dma(dma::Write::mask | dma::Select::mask, 4, Ram::kBase) == kError);
    CHECK(dma(select_and_read(kKernelData), 64, Ram::kBase + 0xfff0) == kError);
    CHECK(dma(select_and_read(kKernelData), 64, ~uint64_t{0} - 8) == kError);
    CHECK(dma(select_and_read(0x7777), 4, 0) == kError);
    auto const before = ram.written;
    CHECK(dma(select_and_read(0x7777), 0xffff'ffff, Ram::kBase) == kError);
    CHECK(ram.written - before <= ram.bytes.size() + 4);
    start(0);                   // the request itself is not in RAM
    start(Ram::kBase + 0xfff8); // nor is the end of this one
    start(~uint64_t{0});
    CHECK(ram.written - before <= ram.bytes.size() + 4);
}

TEST_CASE_FIXTURE(Fixture, "accesses of widths the device does not have do nothing")
{
    device.port_out(port::kFwCfgSelector, Width::Byte, kId);
    device.port_out(port::kFwCfgSelector, Width::Dword, kId);
    device.port_out(port::kFwCfgDmaLow, Width::Word, 0);
    CHECK(device.port_in(port::kFwCfgSelector, Width::Word) == 0);
    CHECK(read(4) == "QEMU");
    CHECK(ram.written == 0);
}

TEST_CASE_FIXTURE(Fixture, "random requests and port accesses stay in RAM")
{
    device.set_item(kKernelData, std::vector<std::byte>(300));
    REQUIRE(device.set_file("etc/e820", bytes("e820")).has_value());
    std::mt19937_64 random(3);
    constexpr std::array kWidths = {Width::Byte, Width::Word, Width::Dword};
    for (int i = 0; i < 20'000; i++) {
        auto const width = kWidths[random() % 3];
        auto const port = static_cast<uint16_t>(port::kFwCfgSelector + random() % 12);
        device.port_out(port, width, static_cast<uint32_t>(random()) & dev::ones(width));
        CHECK((device.port_in(port, width) & ~dev::ones(width)) == 0);
        auto const near = Ram::kBase + random() % 0x1'2000;
        dma(random() & 0x3f001f, static_cast<uint32_t>(random() >> (random() % 64)),
            random() % 4 == 0 ? random() : near, random() % 0xfff0);
    }
}
