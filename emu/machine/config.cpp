// Reading of single settings, and the memory map that follows from the RAM size.
#include "emu/machine/config.hpp"

#include "emu/base/parse_size.hpp"

namespace pagelab::machine {

Result<StuckBit> parse_stuck_bit(std::string_view text)
{
    size_t const colon = text.find(':');
    if (colon == std::string_view::npos)
        return fail("stuck-bit '{}': write ADDRESS:BIT, as 0x2000000:3", text);
    uint64_t const address = TRY(parse_number(text.substr(0, colon)));
    uint64_t const bit = TRY(parse_number(text.substr(colon + 1)));
    if (bit > 7)
        return fail("stuck-bit '{}': a byte has bits 0 to 7", text);
    return StuckBit{PhysAddr(address), static_cast<unsigned>(bit)};
}

std::vector<E820Entry> default_e820(uint64_t low_ram, uint64_t high_ram)
{
    std::vector<E820Entry> table = {{0, low_ram, kE820Usable}};
    if (high_ram != 0)
        table.push_back({uint64_t{1} << 32, high_ram, kE820Usable});
    table.push_back({0xfd'0000'0000, 0x3'0000'0000, kE820Reserved});
    return table;
}

} // namespace pagelab::machine
