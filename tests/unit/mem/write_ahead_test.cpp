// What the host has given after writes one after the other, and after others.
#include "emu/mem/write_ahead.hpp"

#include <vector>

#include <doctest/doctest.h>
#include <sys/mman.h>

#include "emu/mem/touched_pages.hpp"

using namespace pagelab;
using mem::PhysicalMemory;
using mem::WriteAhead;

namespace {

constexpr uint64_t kMiB = 1 << 20;

PhysicalMemory make_memory()
{
    return PhysicalMemory::create(16 * kMiB, std::vector<std::byte>(64 * 1024)).value();
}

// Numbers of the touched pages of RAM from 1 MiB on.
std::vector<uint64_t> touched(PhysicalMemory const& memory)
{
    std::vector<uint64_t> pages;
    uint64_t page = 0;
    mem::for_each_touched(memory.host_span(PhysAddr(kMiB)), [&](auto run, bool is_touched) {
        for (uint64_t const end = page + run.size() / kPageSize; page < end; ++page)
            if (is_touched)
                pages.push_back(page);
        return true;
    });
    return pages;
}

bool host_can_give_ahead()
{
    auto const scratch = HostMemory::create(kPageSize, HostPages::Small).value();
    return madvise(scratch.data(), kPageSize, MADV_POPULATE_WRITE) == 0;
}

} // namespace

TEST_CASE("the rest of sixteen pages is given once two were written one after the other")
{
    auto const memory = make_memory();
    WriteAhead ahead(memory);
    auto const note = [&](uint64_t page) { ahead.note(PhysAddr(kMiB + page * kPageSize)); };
    for (uint64_t const page : {0, 5, 9, 3}) // in no order
        note(page);
    CHECK(touched(memory).empty());
    for (uint64_t const page : {21, 22})
        note(page);
    if (!host_can_give_ahead()) { // Linux before 5.14
        CHECK(touched(memory).empty());
        return;
    }
    std::vector<uint64_t> const rest = {22, 23, 24, 25, 26, 27, 28, 29, 30, 31};
    CHECK(touched(memory) == rest);
    madvise(memory.host_span(PhysAddr(kMiB)).data(), kMiB, MADV_DONTNEED);
    for (uint64_t const page : {23, 24})
        note(page);
    CHECK(touched(memory).empty()); // once
}

TEST_CASE("at the end of RAM no more is given than there is")
{
    auto const memory = make_memory();
    WriteAhead ahead(memory);
    for (uint64_t page = 16 * kMiB - 2 * kPageSize; page < 17 * kMiB; page += kPageSize)
        ahead.note(PhysAddr(page));
    CHECK(touched(memory).size() <= 1);
}
