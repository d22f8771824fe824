// What is dirty, or else all that has been touched; and tables copied before they are changed.
#include "emu/mem/ram_image.hpp"

#include <cstring>

#include "emu/mem/touched_pages.hpp"

namespace pagelab::mem {

namespace {

constexpr RamPage kZeros{};

std::byte const* bytes_of(RamPage const* page)
{
    return page == nullptr ? kZeros.data() : page->data();
}

bool is_equal(std::byte const* bytes, RamPage const* page)
{
    return std::memcmp(bytes, bytes_of(page), kPageSize) == 0;
}

bool can_use(RamImage const* base, PhysicalMemory const& memory)
{
    return base != nullptr && !memory.dirty().all();
}

// visit(number, is_touched).
template<class Visit>
void for_each_page(PhysicalMemory const& memory, Visit const& visit)
{
    uint64_t number = 0;
    std::span const ram(memory.ram_bytes(0), memory.ram_pages() * kPageSize);
    for_each_touched(ram, [&](std::span<std::byte> run, bool is_touched) {
        for (uint64_t const end = number + run.size() / kPageSize; number < end; ++number)
            visit(number, is_touched);
        return true;
    });
}

} // namespace

RamImage::Page const* RamImage::find(uint64_t number) const
{
    auto const& group = groups_[number / kGroup];
    return group == nullptr ? nullptr : &(*group)[number % kGroup];
}

RamPage const* RamImage::page(uint64_t number) const
{
    Page const* const found = find(number);
    return found == nullptr ? nullptr : found->get();
}

// This image's groups are the base's, or its own.
void RamImage::keep(uint64_t number, std::byte const* bytes, RamImage const* base)
{
    if (is_equal(bytes, page(number)))
        return;
    auto& group = groups_[number / kGroup];
    if (group == nullptr)
        group = std::make_shared<Group>();
    else if (base != nullptr && group == base->groups_[number / kGroup])
        group = std::make_shared<Group>(*group);
    Page& place = (*group)[number % kGroup];
    place = nullptr;
    if (is_equal(bytes, nullptr))
        return;
    auto const made = std::make_shared<RamPage>();
    std::memcpy(made->data(), bytes, kPageSize);
    place = made;
}

RamImage RamImage::take(PhysicalMemory const& memory, RamImage const* base)
{
    RamImage image = base == nullptr ? RamImage(memory.ram_pages()) : *base;
    if (can_use(base, memory)) {
        for (uint32_t const number : memory.dirty().pages())
            image.keep(number, memory.ram_bytes(number), base);
        return image;
    }
    for_each_page(memory, [&](uint64_t number, bool is_touched) {
        image.keep(number, is_touched ? memory.ram_bytes(number) : kZeros.data(), base);
    });
    return image;
}

void RamImage::put_page(uint64_t number, PhysicalMemory& memory,
                        std::function<void(PhysAddr page)> const& changed) const
{
    std::byte* const bytes = memory.ram_bytes(number);
    std::memcpy(bytes, bytes_of(page(number)), kPageSize);
    changed(memory.ram_address(number));
}

Result<> RamImage::put(PhysicalMemory& memory, RamImage const* base,
                       std::function<void(PhysAddr page)> const& changed) const
{
    if (memory.ram_pages() != count_)
        return fail("RAM of {} pages cannot become that of {}", memory.ram_pages(), count_);
    if (!can_use(base, memory)) {
        for_each_page(memory, [&](uint64_t number, bool is_touched) {
            RamPage const* const wanted = page(number);
            if (is_touched ? !is_equal(memory.ram_bytes(number), wanted) : wanted != nullptr)
                put_page(number, memory, changed);
        });
        return {};
    }
    for (uint32_t const number : memory.dirty().pages())
        put_page(number, memory, changed);
    for (uint64_t i = 0; i < groups_.size(); ++i)
        for (uint64_t at = 0; groups_[i] != base->groups_[i] && at < kGroup; ++at)
            if (uint64_t const number = i * kGroup + at; page(number) != base->page(number))
                put_page(number, memory, changed);
    return {};
}

bool RamImage::operator==(RamImage const& other) const
{
    if (count_ != other.count_)
        return false;
    for (uint64_t i = 0; i < count_; ++i)
        if (page(i) != other.page(i) && !is_equal(bytes_of(page(i)), other.page(i)))
            return false;
    return true;
}

uint64_t RamImage::zero_pages() const
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < count_; ++i)
        count += page(i) == nullptr;
    return count;
}

uint64_t RamImage::pages_beside(RamImage const& other) const
{
    uint64_t count = 0;
    for (uint64_t i = 0; i < count_; ++i)
        count += page(i) != nullptr && (i >= other.count_ || page(i) != other.page(i));
    return count;
}

} // namespace pagelab::mem
