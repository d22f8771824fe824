// objects: every object of a cache, slab by slab: in use or free, and on whose list.
#include <array>
#include <map>

#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/kernel_index.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(A slab's objects, in the order of their addresses:

  [ffff888001020000]            in use
   ffff888001020040  #0         free: the next one out of the slab's own list
   ffff888001020080  (cpu 1) #2 free, the third on the list of CPU 1

Full slabs are listed like all others. SLOB has blocks of any length, and knows only the free ones.

EXAMPLES
  objects kmalloc-64
  objects task_struct --used
  objects kmalloc-64 --free -c 10
)";

struct Options {
    std::string cache;
    bool used = false;
    bool free = false;
    std::shared_ptr<uint64_t> cap;
};

std::string list_name(int list)
{
    return list == guest::kSlabsOwn      ? "slab"
           : list == guest::kSharedArray ? "shared"
                                         : fmt::format("cpu {}", list);
}

class Lister {
  public:
    Lister(Options const& options, Json& objects) : options_(options), objects_(objects) {}

    void list(guest::SlabCacheMap const& cache, guest::Slab const& slab)
    {
        std::vector<std::pair<int, uint64_t>> places(slab.objects, {kInUse, 0});
        std::map<int, uint64_t> lengths;
        for (guest::FreeObject const& free : slab.free)
            places[free.index] = {free.list, lengths[free.list]++};
        for (uint64_t i = 0; i < slab.objects; ++i) {
            auto const [list, position] = places[i];
            bool const is_used = list == kInUse;
            if ((options_.used && !is_used) || (options_.free && is_used))
                continue;
            if (total++; is_beyond(*options_.cap, objects_.size()))
                continue;
            Json object = {{"slab", hex(slab.page)},
                           {"index", i},
                           {"address", hex(slab.first + i * cache.size)},
                           {"state", is_used ? "used" : "free"}};
            if (!is_used) {
                object["list"] = list_name(list);
                object["position"] = position;
            }
            objects_.push_back(std::move(object));
        }
    }

    uint64_t total = 0;

  private:
    static constexpr int kInUse = -3;

    Options const& options_;
    Json& objects_;
};

Json describe(guest::Slab const& slab)
{
    return {{"page", hex(slab.page)},           {"memory", hex(slab.first)},
            {"where", guest::name(slab.place)}, {"total", slab.objects},
            {"allocated", slab.allocated()},    {"free", slab.free.size()}};
}

Json list_slob(guest::SlabMap const& map, Options const& options, uint64_t& total)
{
    Json objects = Json::array();
    for (guest::SlobPage const& page : map.slob)
        for (guest::SlobBlock const& block : page.free)
            if (total++; !is_beyond(*options.cap, objects.size()))
                objects.push_back({{"slab", hex(page.page)},
                                   {"index", 0},
                                   {"address", hex(block.address)},
                                   {"state", fmt::format("free, {} bytes", block.bytes)}});
    return objects;
}

Result<Json> read(Session& session, Options const& options)
{
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    guest::SlabMap const& map = index->slabs;
    Json document = {{"cache", options.cache}, {"slabs", Json::array()}};
    uint64_t total = 0;
    if (map.allocator == "slob") {
        document["objects"] = list_slob(map, options, total);
    } else {
        guest::SlabCacheMap const* const cache = map.cache(options.cache);
        if (cache == nullptr)
            return fail("no cache {}", options.cache);
        document["objects"] = Json::array();
        Lister lister(options, document["objects"]);
        for (guest::Slab const& slab : cache->slabs) {
            if (!is_beyond(*options.cap, document["objects"].size()))
                document["slabs"].push_back(describe(slab));
            lister.list(*cache, slab);
        }
        total = lister.total;
    }
    document["nr_objects"] = total;
    document["damage"] = damage_list(map.damage);
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("CACHE", options->cache, "a cache's name, as slab lists them")->required();
    arguments.add_flag("--used", options->used, "only objects in use");
    arguments.add_flag("--free", options->free, "only free objects");
    options->cap = add_cap(arguments, 256);
    return [options](Session& session) { return read(session, *options); };
}

std::string object_line(Json const& object)
{
    std::string const digits = plain(object["address"]).substr(2);
    if (plain(object["state"]) == "used")
        return fmt::format("  [{}]\n", digits);
    if (!object.contains("list"))
        return fmt::format("   {}  {}\n", digits, plain(object["state"]));
    std::string const list = plain(object["list"]);
    return fmt::format("   {}  {}#{}\n", digits, list == "slab" ? "" : "(" + list + ") ",
                       plain(object["position"]));
}

std::string text(Json const& document)
{
    std::string result;
    auto object = document["objects"].begin();
    auto const end = document["objects"].end();
    for (Json const& slab : document["slabs"]) {
        result += "SLAB              MEMORY            TOTAL  ALLOCATED  FREE  WHERE\n";
        result +=
            fmt::format("{:<16}  {:<16}  {:>5}  {:>9}  {:>4}  {}\n", plain(slab["page"]).substr(2),
                        plain(slab["memory"]).substr(2), plain(slab["total"]),
                        plain(slab["allocated"]), plain(slab["free"]), plain(slab["where"]));
        result += "FREE / [ALLOCATED]\n";
        for (; object != end && (*object)["slab"] == slab["page"]; ++object)
            result += object_line(*object);
    }
    for (; object != end; ++object)
        result += object_line(*object);
    return result + cut_note(document["objects"].size(), number(document["nr_objects"])) +
           damage_text(document["damage"]);
}

} // namespace

Command const kObjects = {"objects",
                          Group::Kernel,
                          "each object of a cache, in use or free, and on whose list",
                          kHelpText,
                          R"({"cache": "string",
    "slabs": [{"page": "hex", "memory": "hex", "where": "string", "total": "number",
               "allocated": "number", "free": "number"}],
    "objects": [{"slab": "hex", "index": "number", "address": "hex", "state": "string",
                 "list": "string?", "position": "number?"}],
    "nr_objects": "number",
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
                          declare,
                          text,
                          Completes::Caches};

} // namespace pagelab::shell
