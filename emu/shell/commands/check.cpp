// check: every invariant of every structure.
#include "emu/guest/check.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Each structure is read whole and held against what must be true of it:

  buddy           lists against struct pages against counts; no block in another
  per-CPU pages   lists against counts; no page in use
  struct pages    free, a slab's or a user's, not two of these; tails lead to heads
  slab counts     nodes' counters against struct pages; lengths of free lists
  slab objects    every free list, link by link: inside its slab, nothing twice
  vmalloc areas   list against tree; no overlap
  kmap slots      counts against addresses and page tables
  per-CPU chunks  maps against counts
  modules, tasks (run queues), iomem

Nothing is repaired, and nothing ends the check: damage is listed, and the next structure read.

EXAMPLES
  check
  check --json | jq '.structures[] | select(.damage != []) | .name'
)";

Result<Json> read(Session& session)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    Json structures = Json::array();
    uint64_t found = 0;
    for (guest::CheckedStructure const& one : guest::check_kernel(*kernel)) {
        Json structure = {
            {"name", one.name}, {"counted", one.counted}, {"damage", damage_list(one.damage)}};
        if (!one.error.empty())
            structure["error"] = one.error;
        found += one.damage.size();
        structures.push_back(std::move(structure));
    }
    return Json{{"structures", std::move(structures)}, {"nr_damage", found}};
}

Reader declare(CLI::App&)
{
    return [](Session& session) { return read(session); };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& structure : document["structures"]) {
        std::string const state = structure.contains("error") ? plain(structure["error"])
                                  : structure["damage"].empty()
                                      ? "ok, " + plain(structure["counted"])
                                      : fmt::format("{} faults, {}", structure["damage"].size(),
                                                    plain(structure["counted"]));
        result += fmt::format("{:<16}{}\n", plain(structure["name"]), state);
        result += damage_text(structure["damage"]);
    }
    uint64_t const found = number(document["nr_damage"]);
    return result + (found == 0 ? "no damage\n" : fmt::format("{} faults in all\n", found));
}

} // namespace

Command const kCheck = {
    "check",
    Group::Kernel,
    "verify every structure of the kernel, and list what is damaged",
    kHelpText,
    R"({"structures": [{"name": "string", "counted": "string", "error": "string?",
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]}],
    "nr_damage": "number"})",
    declare,
    text};

} // namespace pagelab::shell
