// owners: pages and objects in use, by the call stack that took them.
#include <algorithm>
#include <map>
#include <span>

#include "emu/guest/tracks.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/kernel_index.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Who has the memory: allocations with the same call stack taken together, most bytes first.

  pages     page_owner=on      each block in use, by the stack of its allocation
  objects   slub_debug=U       each slab object in use, by its cache and the stack behind it

Boot with `--append 'page_owner=on slub_debug=U'`: the guest records nothing otherwise.

EXAMPLES
  owners
  owners -c 5
)";

// kind: "pages", or a cache's name.
using Key = std::pair<std::string, std::vector<VirtAddr>>;
struct Sum {
    uint64_t count = 0;
    uint64_t bytes = 0;
};
using Sums = std::map<Key, Sum>;

Result<> add_pages(Session& session, guest::KernelView const& kernel, Sums& sums)
{
    uint64_t const records = guest::page_owner_records(kernel);
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    for (guest::Zone const& zone : index->zones) {
        uint64_t const end = std::min(zone.end().value, records);
        for (uint64_t pfn = zone.start.value; pfn < end; ++pfn) {
            TRY(session.progress().step(pfn, end));
            auto const owner = guest::read_page_owner(kernel, Pfn(pfn));
            bool const is_tail =
                owner && owner->order < 64 && (pfn & ((uint64_t{1} << owner->order) - 1)) != 0;
            if (!owner || !owner->allocated || is_tail)
                continue;
            Sum& sum = sums[{"pages", owner->stack}];
            sum.count++;
            sum.bytes += kPageSize << std::min<uint64_t>(owner->order, 10);
        }
    }
    return {};
}

Result<> add_objects(Session& session, guest::KernelView const& kernel, Sums& sums)
{
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    for (guest::SlabCacheMap const& cache : index->slabs.caches) {
        for (guest::Slab const& slab : cache.slabs) {
            TRY(session.progress().step(0, 0));
            std::vector<bool> is_free(slab.objects);
            for (guest::FreeObject const& free : slab.free)
                is_free[free.index] = true;
            for (uint64_t i = 0; i < slab.objects; ++i) {
                if (is_free[i])
                    continue;
                guest::SlabObject object;
                object.cache = &cache;
                object.slab = &slab;
                object.address = slab.first + i * cache.size;
                auto const tracks = guest::read_tracks(kernel, index->slabs, object);
                if (!tracks.allocated)
                    break; // this cache keeps none
                std::vector<VirtAddr> stack = tracks.allocated->stack;
                if (stack.empty())
                    stack.push_back(tracks.allocated->caller);
                Sum& sum = sums[{cache.name, std::move(stack)}];
                sum.count++;
                sum.bytes += cache.size;
            }
        }
    }
    return {};
}

Result<Json> read(Session& session, uint64_t cap)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    Sums sums;
    TRY(add_pages(session, *kernel, sums));
    TRY(add_objects(session, *kernel, sums));
    if (sums.empty())
        return fail("nothing is recorded: boot with --append 'page_owner=on slub_debug=U'");
    std::vector<Sums::value_type const*> sorted;
    for (auto const& sum : sums)
        sorted.push_back(&sum);
    std::ranges::stable_sort(sorted, std::ranges::greater(),
                             [](auto const* sum) { return sum->second.bytes; });
    Json owners = Json::array();
    for (auto const* sum : sorted) {
        if (is_beyond(cap, owners.size()))
            break;
        Json stack = Json::array();
        for (VirtAddr const frame : sum->first.second)
            stack.push_back(code_name(*index, frame));
        owners.push_back({{"kind", sum->first.first},
                          {"count", sum->second.count},
                          {"bytes", sum->second.bytes},
                          {"stack", std::move(stack)}});
    }
    return Json{{"owners", std::move(owners)}, {"nr_owners", sums.size()}};
}

Reader declare(CLI::App& arguments)
{
    auto const cap = add_cap(arguments, 20);
    return [cap](Session& session) { return read(session, *cap); };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& owner : document["owners"]) {
        result += fmt::format("{} times, {} bytes: {}\n", plain(owner["count"]),
                              plain(owner["bytes"]), plain(owner["kind"]));
        for (Json const& frame : owner["stack"])
            result += fmt::format("    {}\n", plain(frame));
    }
    return result + cut_note(document["owners"].size(), number(document["nr_owners"]));
}

} // namespace

Command const kOwners = {"owners",
                         Group::History,
                         "pages and objects in use, by the call stack that took them",
                         kHelpText,
                         R"({"owners": [{"kind": "string", "count": "number", "bytes": "number",
    "stack": ["string"]}], "nr_owners": "number"})",
                         declare,
                         text};

} // namespace pagelab::shell
