// A guest's frames by hand: 4096 of them in two ranges, with names that a hostile guest may have.
#pragma once

#include "emu/guest/frame_map.hpp"

namespace pagelab::picture::test {

inline constexpr char kHostileName[] = "</script><b>\xff&\"";

inline guest::FrameMap sample_map()
{
    using guest::Use;
    guest::FrameMap map;
    map.ranges = {{Pfn(0), 1024}, {Pfn(0x10'0000), 3072}};
    map.zones = {"DMA", "Normal"};
    map.names = {"", "kmalloc-64", kHostileName};
    map.direct = {VirtAddr(0xffff'8880'0000'0000), 0x10'1000};
    map.frames.resize(4096);
    for (size_t i = 0; i < 4096; ++i) {
        guest::FrameUse& frame = map.frames[i];
        frame.zone = i < 1024 ? 0 : 1;
        frame.use = i < 256 ? Use::Reserved : Use::Free;
        frame.order = i < 256 ? 0 : 8;
        frame.type = 1;
    }
    for (size_t i = 1024; i < 1028; ++i)
        map.frames[i] = {Use::Slab, 1, 2, 0, 1, 1};
    map.frames[2000] = {Use::Vmalloc, 1, 0, 0, 0, 2};
    return map;
}

} // namespace pagelab::picture::test
