// Kernels of a few bytes: machine code in a multiboot image without ELF.
#pragma once

#include <initializer_list>
#include <string>

#include "tests/support/boot_images.hpp"

namespace pagelab::session {

inline constexpr uint32_t kTinyBase = 0x10'0000;            // where the image is loaded
inline constexpr uint32_t kTinyEntry = kTinyBase + 48;      // where `code` begins
inline constexpr uint32_t kTinyTables = kTinyBase + 0x1000; // two zeroed pages
inline constexpr uint32_t kTinyEnd = kTinyTables + 2 * 0x1000;

// `code` runs at kTinyEntry in 32-bit protected mode, flat, with interrupts off.
inline std::string tiny_image(std::initializer_list<uint8_t> code)
{
    auto header = test::multiboot_header(kMultibootHasAddresses);
    header.header_addr = kTinyBase;
    header.load_addr = kTinyBase;
    header.load_end_addr = kTinyEntry + static_cast<uint32_t>(code.size());
    header.bss_end_addr = kTinyEnd;
    header.entry_addr = kTinyEntry;
    std::string image(reinterpret_cast<char const*>(&header), sizeof header);
    image.append(code.begin(), code.end());
    return image;
}

} // namespace pagelab::session
