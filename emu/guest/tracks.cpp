// Records behind objects, records by page frame, and the stacks both refer to.
#include "emu/guest/tracks.hpp"

#include <algorithm>

#include "emu/guest/zones.hpp"

namespace pagelab::guest {

namespace {

constexpr uint64_t kStoreUser = 0x1'0000; // SLAB_STORE_USER
constexpr uint64_t kMaxFrames = 16;       // kStackDepotFrames
constexpr size_t kMaxComm = 16;

Result<std::vector<VirtAddr>> read_stack(KernelView const& view, VirtAddr depot, uint64_t handle)
{
    std::vector<VirtAddr> frames;
    uint64_t const used = TRY(view.read_field(depot, "stack_depot", "used"));
    if (handle == 0 || handle > used)
        return frames;
    uint64_t const word = view.types().pointer_size();
    VirtAddr const words(TRY(view.read_field(depot, "stack_depot", "words")));
    VirtAddr const record = view.advance(words, (handle - 1) * word);
    uint64_t const count = TRY(view.read_pointer(view.advance(record, word))).value;
    for (uint64_t i = 0; i < count && count <= kMaxFrames; i++)
        frames.push_back(TRY(view.read_pointer(view.advance(record, (i + 2) * word))));
    return frames;
}

Result<Track> read_track(KernelView const& view, VirtAddr depot, VirtAddr address)
{
    auto const field = [&](char const* path) { return view.read_field(address, "track", path); };
    Track track;
    track.caller = VirtAddr(TRY(field("addr")));
    track.cpu = static_cast<int64_t>(TRY(field("cpu")));
    track.pid = static_cast<int64_t>(TRY(field("pid")));
    track.when = TRY(field("when"));
    if (auto stack = read_stack(view, depot, TRY(field("handle"))))
        track.stack = std::move(*stack);
    return track;
}

// Where an object's tracks begin: behind its bytes and its free pointer.
uint64_t info_end(KernelView const& view, SlabCacheMap const& cache)
{
    return cache.offset >= cache.inuse ? cache.inuse + view.types().pointer_size() : cache.inuse;
}

Result<VirtAddr> page_owners(KernelView const& view)
{
    VirtAddr const node = TRY(node_address(view));
    VirtAddr const owners(TRY(view.read_field(node, "pglist_data", "page_owners")));
    if (owners.value == 0)
        return fail("page_owner is off");
    return owners;
}

Result<PageOwner> read_owner(KernelView const& view, Pfn pfn)
{
    VirtAddr const owners = TRY(page_owners(view));
    if (pfn.value >= TRY(view.read_field(owners, "page_owners", "nr_records")))
        return fail("page_owner has no record of pfn {:#x}", pfn.value);
    uint64_t const size = TRY(view.types().size_of("page_owner"));
    VirtAddr const records(TRY(view.read_field(owners, "page_owners", "records")));
    VirtAddr const record = view.advance(records, pfn.value * size);
    VirtAddr const depot(TRY(view.read_field(owners, "page_owners", "stacks")));
    auto const field = [&](char const* path) {
        return view.read_field(record, "page_owner", path);
    };
    PageOwner owner;
    uint64_t const handle = TRY(field("handle"));
    if (handle == 0)
        return fail("pfn {:#x} was never taken", pfn.value);
    owner.order = TRY(field("order"));
    owner.allocated = TRY(field("allocated")) != 0;
    owner.gfp = TRY(field("gfp_mask"));
    owner.pid = static_cast<int64_t>(TRY(field("pid")));
    owner.ts_nsec = TRY(field("ts_nsec"));
    owner.free_ts_nsec = TRY(field("free_ts_nsec"));
    VirtAddr const comm = TRY(view.field_address(record, "page_owner", "comm"));
    owner.comm = TRY(view.read_string(comm, kMaxComm));
    owner.stack = TRY(read_stack(view, depot, handle));
    uint64_t const free_handle = TRY(field("free_handle"));
    owner.free_stack = TRY(read_stack(view, depot, free_handle));
    return owner;
}

} // namespace

ObjectTracks read_tracks(KernelView const& view, SlabMap const& map, SlabObject const& object)
{
    ObjectTracks tracks;
    if (map.allocator != "slub" || (object.cache->flags & kStoreUser) == 0)
        return tracks;
    auto const root = view.types().variable("caches");
    auto const size = view.types().size_of("track");
    auto const depot =
        root ? view.read_field(root->address, "slab_caches", "stacks") : Result<uint64_t>(0);
    if (!depot || !size)
        return tracks;
    VirtAddr const first = view.advance(object.address, info_end(view, *object.cache));
    auto const read = [&](VirtAddr address) -> std::optional<Track> {
        auto track = read_track(view, VirtAddr(*depot), address);
        return track && track->caller.value != 0 ? std::optional(std::move(*track)) : std::nullopt;
    };
    tracks.allocated = read(first);
    tracks.freed = read(view.advance(first, *size));
    return tracks;
}

std::optional<PageOwner> read_page_owner(KernelView const& view, Pfn pfn)
{
    auto owner = read_owner(view, pfn);
    return owner ? std::optional(std::move(*owner)) : std::nullopt;
}

uint64_t page_owner_records(KernelView const& view)
{
    auto const owners = page_owners(view);
    return owners ? view.read_field(*owners, "page_owners", "nr_records").value_or(0) : 0;
}

} // namespace pagelab::guest
