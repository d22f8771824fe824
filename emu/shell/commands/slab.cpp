// slab: the table of caches, or one cache's slabs.
#include "emu/guest/slab_map.hpp"

#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Objects of one size come from a cache, which cuts blocks of pages, slabs, into slots:

  kmem_cache -> slab  | object | object | object |  free ones are on the slab's list,
             -> slab  | object | object | object |  or on that of the CPU that has the slab

  ALLOCATED  objects that somebody has: neither on a slab's list nor on a CPU's
  where      full, partial (on the node's list), free (SLAB), cpu N (it allocates from it),
             cpu partial N (it keeps it for later)

Slabs are found by asking every struct page, so full ones are there too. The tables are those of
crash's kmem -s and -S. SLOB has no slabs: its heap is shown as pages.

EXAMPLES
  slab                     all caches
  slab kmalloc-64          its slabs
  slab --json | jq '.caches[] | select(.allocated > 100) | .name'
)";

struct Options {
    std::string cache;
    std::shared_ptr<uint64_t> cap;
};

Json describe(guest::SlabCacheMap const& cache)
{
    return {{"address", hex(cache.address)},
            {"name", cache.name},
            {"object_size", cache.object_size},
            {"slot_size", cache.size},
            {"allocated", cache.allocated_objects()},
            {"total", cache.total_objects()},
            {"slabs", cache.slabs.size()},
            {"slab_bytes", cache.slab_bytes()}};
}

Json describe_slabs(guest::SlabCacheMap const& cache, uint64_t cap)
{
    Json list = Json::array();
    for (guest::Slab const& slab : cache.slabs) {
        if (is_beyond(cap, list.size()))
            break;
        Json one = {{"page", hex(slab.page)},           {"memory", hex(slab.first - cache.pad)},
                    {"where", guest::name(slab.place)}, {"total", slab.objects},
                    {"allocated", slab.allocated()},    {"free", slab.free.size()}};
        if (slab.place == guest::SlabPlace::Cpu || slab.place == guest::SlabPlace::CpuPartial)
            one["cpu"] = slab.cpu;
        list.push_back(std::move(one));
    }
    return list;
}

Json describe_heap(guest::SlabMap const& map)
{
    uint64_t blocks = 0;
    uint64_t bytes = 0;
    for (guest::SlobPage const& page : map.slob) {
        blocks += page.free.size();
        for (guest::SlobBlock const& block : page.free)
            bytes += block.bytes;
    }
    return {{"pages", map.slob.size()}, {"free_blocks", blocks}, {"free_bytes", bytes}};
}

Result<Json> read(Session& session, Options const& options)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::SlabMap const* const map =
        TRY(session.derived<guest::SlabMap>([&] { return guest::read_slab_map(*kernel); }));
    Json document = {{"allocator", map->allocator}, {"caches", Json::array()}};
    document["slabs"] = Json::array();
    document["nr_slabs"] = 0;
    if (!options.cache.empty()) {
        guest::SlabCacheMap const* const cache = map->cache(options.cache);
        if (cache == nullptr)
            return fail("no cache {}", options.cache);
        document["caches"].push_back(describe(*cache));
        document["slabs"] = describe_slabs(*cache, *options.cap);
        document["nr_slabs"] = cache->slabs.size();
    } else {
        for (guest::SlabCacheMap const& cache : map->caches)
            document["caches"].push_back(describe(cache));
    }
    if (map->allocator == "slob")
        document["heap"] = describe_heap(*map);
    document["damage"] = damage_list(map->damage);
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("CACHE", options->cache, "this cache's slabs");
    options->cap = add_cap(arguments, 0);
    return [options](Session& session) { return read(session, *options); };
}

std::string slab_lines(Json const& document)
{
    if (document["slabs"].empty())
        return "";
    std::string text = "SLAB              MEMORY            TOTAL  ALLOCATED  FREE  WHERE\n";
    for (Json const& slab : document["slabs"]) {
        text +=
            fmt::format("{:<16}  {:<16}  {:>5}  {:>9}  {:>4}  {}", plain(slab["page"]).substr(2),
                        plain(slab["memory"]).substr(2), plain(slab["total"]),
                        plain(slab["allocated"]), plain(slab["free"]), plain(slab["where"]));
        text += slab.contains("cpu") ? fmt::format(" {}\n", plain(slab["cpu"])) : "\n";
    }
    return text + cut_note(document["slabs"].size(), number(document["nr_slabs"]));
}

std::string text(Json const& document)
{
    std::string result = "CACHE             OBJSIZE  ALLOCATED     TOTAL  SLABS  SSIZE  NAME\n";
    for (Json const& cache : document["caches"])
        result += fmt::format(
            "{:<16}  {:>7}  {:>9}  {:>8}  {:>5}  {:>4}k  {}\n", plain(cache["address"]).substr(2),
            plain(cache["object_size"]), plain(cache["allocated"]), plain(cache["total"]),
            plain(cache["slabs"]), number(cache["slab_bytes"]) / 1024, plain(cache["name"]));
    if (document.contains("heap")) {
        Json const& heap = document["heap"];
        result +=
            fmt::format("slob heap: {} pages, {} bytes free in {} blocks\n", plain(heap["pages"]),
                        plain(heap["free_bytes"]), plain(heap["free_blocks"]));
    }
    return result + slab_lines(document) + damage_text(document["damage"]);
}

} // namespace

Command const kSlab = {"slab",
                       Group::Kernel,
                       "slab caches, or one cache's slabs",
                       kHelpText,
                       R"({"allocator": "string",
    "caches": [{"address": "hex", "name": "string", "object_size": "number",
                "slot_size": "number", "allocated": "number", "total": "number",
                "slabs": "number", "slab_bytes": "number"}],
    "slabs": [{"page": "hex", "memory": "hex", "where": "string", "total": "number",
               "allocated": "number", "free": "number", "cpu": "number?"}],
    "nr_slabs": "number", "heap": "any?",
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
                       declare,
                       text,
                       Completes::Caches};

} // namespace pagelab::shell
