// modules: loaded modules, their memory and sections.
#include "emu/guest/modules.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/damage_list.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(A module is code and data that came after boot, in memory of its own near the kernel:

  modules -> struct module -> core_layout: text | rodata | data     stays
                           -> init_layout                           freed once init() is done

EXAMPLES
  modules
  modules hello           with its sections and symbols
)";

char const* state_name(guest::ModuleState state)
{
    switch (state) {
    case guest::ModuleState::Live:
        return "live";
    case guest::ModuleState::Coming:
        return "coming";
    case guest::ModuleState::Going:
        return "going";
    case guest::ModuleState::Unformed:
        return "unformed";
    }
    return "?";
}

Json describe(guest::Module const& m, bool in_full)
{
    Json sections = Json::array();
    Json symbols = Json::array();
    if (in_full) {
        for (guest::ModuleSection const& section : m.sections)
            sections.push_back({{"name", section.name}, {"address", hex(section.address)}});
        for (guest::ModuleSymbol const& symbol : m.symbols)
            symbols.push_back({{"name", symbol.name}, {"address", hex(symbol.address)}});
    }
    return {{"address", hex(m.address)},
            {"name", m.name},
            {"state", state_name(m.state)},
            {"base", hex(m.core.base)},
            {"size", m.core.size},
            {"users", m.users},
            {"sections", std::move(sections)},
            {"symbols", std::move(symbols)}};
}

Result<Json> read(Session& session, std::string const& name)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::ModuleReport const report = TRY(guest::read_modules(*kernel));
    Json list = Json::array();
    for (guest::Module const& m : report.modules)
        if (name.empty() || m.name == name)
            list.push_back(describe(m, !name.empty()));
    if (list.empty() && !name.empty())
        return fail("no module {}", name);
    return Json{{"modules", std::move(list)}, {"damage", damage_list(report.damage)}};
}

Reader declare(CLI::App& arguments)
{
    auto const name = std::make_shared<std::string>();
    arguments.add_option("NAME", *name, "this module, with sections and symbols");
    return [name](Session& session) { return read(session, *name); };
}

std::string text(Json const& document)
{
    std::string result = "MODULE            BASE                SIZE  USERS  STATE     NAME\n";
    for (Json const& m : document["modules"]) {
        result +=
            fmt::format("{:<16}  {:<16}  {:>6}  {:>5}  {:<8}  {}\n", plain(m["address"]).substr(2),
                        plain(m["base"]).substr(2), plain(m["size"]), plain(m["users"]),
                        plain(m["state"]), plain(m["name"]));
        for (char const* const table : {"sections", "symbols"})
            for (Json const& entry : m[table])
                result += fmt::format("  {}  {}\n", plain(entry["address"]).substr(2),
                                      plain(entry["name"]));
    }
    return result + damage_text(document["damage"]);
}

} // namespace

Command const kModules = {
    "modules",
    Group::Kernel,
    "loaded modules, their memory, sections and symbols",
    kHelpText,
    R"({"modules": [{"address": "hex", "name": "string", "state": "string", "base": "hex",
    "size": "number", "users": "number",
    "sections": [{"name": "string", "address": "hex"}],
    "symbols": [{"name": "string", "address": "hex"}]}],
    "damage": [{"what": "string", "where": "hex", "expected": "hex", "found": "hex"}]})",
    declare,
    text};

} // namespace pagelab::shell
