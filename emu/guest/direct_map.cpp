// Two words of slab_caches::env.
#include "emu/guest/direct_map.hpp"

namespace pagelab::guest {

Result<DirectMap> read_direct_map(KernelView const& view)
{
    auto const root = TRY(view.types().variable("caches")).address;
    DirectMap map;
    map.base = VirtAddr(TRY(view.read_field(root, "slab_caches", "env.page_offset")));
    map.pages = TRY(view.read_field(root, "slab_caches", "env.nr_pages"));
    return map;
}

} // namespace pagelab::guest
