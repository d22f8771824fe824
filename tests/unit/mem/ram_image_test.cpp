// Images of RAM: what they share, and that putting one back changes what differs and nothing else.
#include "emu/mem/ram_image.hpp"

#include <array>
#include <set>

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::mem;

namespace {

constexpr uint64_t kFiveGiB = uint64_t{5} << 30;

PhysicalMemory make_memory(uint64_t size)
{
    static std::vector<std::byte> const rom(64 * 1024, std::byte{0xea});
    return PhysicalMemory::create(size, rom).value();
}

void write_word(PhysicalMemory& memory, PhysAddr address, uint64_t value)
{
    memory.write(address, std::as_bytes(std::span(&value, 1)));
}

std::set<uint64_t> put(RamImage const& image, PhysicalMemory& memory)
{
    std::set<uint64_t> changed;
    REQUIRE(image.put(memory, nullptr, [&](PhysAddr page) { changed.insert(page.value); }));
    return changed;
}

} // namespace

TEST_CASE("an image put back changes the pages that differ, in every region of RAM")
{
    PhysicalMemory memory = make_memory(kFiveGiB);
    constexpr std::array kPlaces = {PhysAddr(0), PhysAddr(0xb8008), PhysAddr(0x10'0ff8),
                                    PhysAddr(0x1'4000'0000)};
    for (PhysAddr const place : kPlaces)
        write_word(memory, place, 7);
    RamImage const image = RamImage::take(memory, nullptr);
    CHECK(image.pages() - image.zero_pages() == kPlaces.size());
    CHECK(put(image, memory).empty());
    for (PhysAddr const place : kPlaces)
        write_word(memory, place, 8);
    write_word(memory, PhysAddr(0x20'0000), 9); // was zero, and becomes that again
    CHECK(put(image, memory) ==
          std::set<uint64_t>{0, 0xb8000, 0x10'0000, 0x20'0000, 0x1'4000'0000});
    for (PhysAddr const place : kPlaces)
        CHECK(memory.read_u64(place) == 7);
    CHECK(memory.read_u64(PhysAddr(0x20'0000)) == 0);
}

TEST_CASE("an image shares what has not changed with the one before it")
{
    PhysicalMemory memory = make_memory(kRamMinimum);
    for (uint64_t page = 0x20'0000; page < 0x30'0000; page += kPageSize)
        write_word(memory, PhysAddr(page), page);
    RamImage const first = RamImage::take(memory, nullptr);
    write_word(memory, PhysAddr(0x20'0000), 1);
    write_word(memory, PhysAddr(0x20'1000), 0);
    RamImage const second = RamImage::take(memory, &first);
    CHECK(second.pages_beside(first) == 1); // the other is zero now
    CHECK(!(first == second));
    CHECK(put(first, memory) == std::set<uint64_t>{0x20'0000, 0x20'1000});
    CHECK(RamImage::take(memory, nullptr) == first); // the same bytes, nothing shared
    CHECK(RamImage::take(memory, nullptr).pages_beside(first) == 256);
}

TEST_CASE("an image of another size is refused")
{
    PhysicalMemory small = make_memory(kRamMinimum), large = make_memory(2 * kRamMinimum);
    write_word(large, PhysAddr(0x20'0000), 5);
    auto const refused = RamImage::take(small, nullptr).put(large, nullptr, [](PhysAddr) {});
    REQUIRE(!refused);
    CHECK(refused.error().message.ends_with("cannot become that of 4096"));
    CHECK(large.read_u64(PhysAddr(0x20'0000)) == 5);
}

TEST_CASE("with a base, only what is dirty or differs from it is looked at")
{
    PhysicalMemory memory = make_memory(kFiveGiB);
    auto const moment = [&](RamImage const* base) {
        RamImage const image = RamImage::take(memory, base);
        memory.dirty().clear();
        return image;
    };
    constexpr std::array kPlaces = {PhysAddr(0x8), PhysAddr(0x20'0ffc), PhysAddr(0x1'4000'0000)};
    RamImage const empty = moment(nullptr);
    for (PhysAddr const place : kPlaces)
        write_word(memory, place, 0x7'0000'0007); // the second lies across two pages
    CHECK(memory.dirty().pages().size() == 4);
    RamImage const full = moment(&empty);
    CHECK(full.pages() - full.zero_pages() == 4);
    CHECK(full == RamImage::take(memory, nullptr));

    // What was not marked is not seen: that shows who is looked at.
    *memory.ram_bytes(0x300) = std::byte{1};
    write_word(memory, PhysAddr(0x40'0000), 5);
    std::set<uint64_t> changed;
    auto const note = [&](PhysAddr page) { changed.insert(page.value); };
    REQUIRE(empty.put(memory, &full, note));
    CHECK(changed == std::set<uint64_t>{0, 0x20'0000, 0x20'1000, 0x40'0000, 0x1'4000'0000});
    CHECK(*memory.ram_bytes(0x300) == std::byte{1});

    memory.dirty().mark_all();
    CHECK(put(empty, memory) == std::set<uint64_t>{0x30'0000});
    CHECK(RamImage::take(memory, &full) == empty);
}
