// Reads of at most eight bytes, widened as their type says.
#include "emu/guest/kernel_view.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace pagelab::guest {

static_assert(std::endian::native == std::endian::little);

VirtAddr KernelView::advance(VirtAddr address, uint64_t bytes) const
{
    VirtAddr const sum = address + bytes;
    return types_.pointer_size() == 4 ? VirtAddr(static_cast<uint32_t>(sum.value)) : sum;
}

Result<uint64_t> KernelView::read_unsigned(VirtAddr address, uint64_t bytes) const
{
    uint64_t value = 0;
    if (bytes == 0 || bytes > sizeof(value))
        return fail("{} bytes are no number", bytes);
    TRY(memory_.read(address, std::as_writable_bytes(std::span(&value, 1)).first(bytes)));
    return value;
}

Result<VirtAddr> KernelView::read_pointer(VirtAddr address) const
{
    return VirtAddr(TRY(read_unsigned(address, types_.pointer_size())));
}

Result<uint64_t> KernelView::read_member(VirtAddr object, Member const& member) const
{
    if (member.kind == Kind::Record || member.kind == Kind::Array)
        return fail("a struct or an array is no number");
    auto const value = TRY(read_unsigned(advance(object, member.offset), member.size));
    if (member.kind != Kind::Signed)
        return value;
    unsigned const unused = static_cast<unsigned>(64 - 8 * member.size);
    return static_cast<uint64_t>(static_cast<int64_t>(value << unused) >> unused);
}

Result<uint64_t> KernelView::read_field(VirtAddr object, std::string_view type,
                                        std::string_view path) const
{
    auto const member = TRY(types_.member(type, path));
    auto const value = read_member(object, member);
    if (!value)
        return fail("{}.{}: {}", type, path, value.error().message);
    return value;
}

Result<VirtAddr> KernelView::field_address(VirtAddr object, std::string_view type,
                                           std::string_view path) const
{
    auto const member = TRY(types_.member(type, path));
    return advance(object, member.offset);
}

Result<std::string> KernelView::read_string(VirtAddr address, size_t limit) const
{
    std::string text;
    while (text.size() < limit) {
        VirtAddr const here = advance(address, text.size());
        std::array<char, 32> letters;
        uint64_t const run = std::max<uint64_t>(memory_.mapped_run(here), 1); // 0: read says why
        auto const piece = std::span(letters).first(
            std::min({letters.size(), limit - text.size(), static_cast<size_t>(run)}));
        TRY(memory_.read(here, std::as_writable_bytes(piece)));
        auto const end = std::ranges::find(piece, '\0');
        text.append(piece.begin(), end);
        if (end != piece.end())
            break;
    }
    return text;
}

} // namespace pagelab::guest
