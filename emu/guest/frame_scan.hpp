// What the struct pages alone say of every frame: free and compound blocks, reserved pages, page
// tables; with the zones and the migrate types of their pageblocks.
#pragma once

#include "emu/guest/frame_map.hpp"

namespace pagelab::guest {

// Ranges, frames, zones and types; no names. Fails without zones or the array of struct pages.
Result<FrameMap> scan_frames(KernelView const& view, KernelIndex const& index);

} // namespace pagelab::guest
