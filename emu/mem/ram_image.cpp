// Region by region, and of each what has been touched.
#include "emu/mem/ram_image.hpp"

#include <algorithm>
#include <cstring>

#include "emu/mem/touched_pages.hpp"

namespace pagelab::mem {

namespace {

constexpr RamPage kZeros{};

bool is_equal(std::byte const* bytes, RamPage const* page)
{
    return std::memcmp(bytes, page == nullptr ? kZeros.data() : page->data(), kPageSize) == 0;
}

std::shared_ptr<RamPage const> keep_page(std::byte const* bytes,
                                         std::shared_ptr<RamPage const> const& before)
{
    if (is_equal(bytes, before.get()))
        return before;
    if (is_equal(bytes, nullptr))
        return nullptr;
    auto const made = std::make_shared<RamPage>();
    std::memcpy(made->data(), bytes, kPageSize);
    return made;
}

uint64_t count_pages(PhysicalMemory const& memory)
{
    uint64_t count = 0;
    for (Region const& region : memory.regions())
        if (region.kind == Region::Kind::Ram)
            count += region.size / kPageSize;
    return count;
}

// visit(number among all pages of RAM, address, host's bytes, is_touched).
template<class Visit>
void for_each_page(PhysicalMemory const& memory, Visit const& visit)
{
    uint64_t number = 0;
    for (Region const& region : memory.regions()) {
        if (region.kind != Region::Kind::Ram)
            continue;
        PhysAddr page = region.base;
        for_each_touched({region.host, region.size}, [&](std::span<std::byte> run, bool touched) {
            for (size_t at = 0; at < run.size(); at += kPageSize, page += kPageSize)
                visit(number++, page, run.data() + at, touched);
            return true;
        });
    }
}

} // namespace

RamImage RamImage::take(PhysicalMemory const& memory, RamImage const* before)
{
    RamImage image;
    image.pages_.resize(count_pages(memory));
    for_each_page(memory, [&](uint64_t i, PhysAddr, std::byte const* bytes, bool is_touched) {
        if (is_touched)
            image.pages_[i] = keep_page(bytes, before == nullptr ? nullptr : before->pages_[i]);
    });
    return image;
}

Result<> RamImage::put(PhysicalMemory& memory,
                       std::function<void(PhysAddr page)> const& changed) const
{
    if (count_pages(memory) != pages_.size())
        return fail("RAM of {} pages cannot become that of {}", count_pages(memory), pages_.size());
    for_each_page(memory, [&](uint64_t i, PhysAddr address, std::byte* bytes, bool is_touched) {
        RamPage const* const page = pages_[i].get();
        if (!is_touched ? page == nullptr : is_equal(bytes, page))
            return;
        std::memcpy(bytes, page == nullptr ? kZeros.data() : page->data(), kPageSize);
        changed(address);
    });
    return {};
}

bool RamImage::operator==(RamImage const& other) const
{
    return std::ranges::equal(pages_, other.pages_, [](auto const& a, auto const& b) {
        return a == b || (a != nullptr && is_equal(a->data(), b.get()));
    });
}

uint64_t RamImage::zero_pages() const
{
    return static_cast<uint64_t>(std::ranges::count(pages_, nullptr));
}

uint64_t RamImage::pages_beside(RamImage const& other) const
{
    uint64_t count = 0;
    for (size_t i = 0; i < pages_.size(); ++i)
        count += pages_[i] != nullptr && (i >= other.pages_.size() || pages_[i] != other.pages_[i]);
    return count;
}

} // namespace pagelab::mem
