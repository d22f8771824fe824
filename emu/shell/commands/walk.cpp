// walk: each level of a translation.
#include "emu/mmu/translate.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(From CR3 down, the entry that each level's index selects:

  VA  |  PML4 index  |  PDPT index  |  PD index  |  PT index  |  offset  |
          47:39          38:30          29:21        20:12        11:0

EXAMPLES
  walk 0xffffffff81000000
  walk contig_page_data --json
)";

Result<Json> read(Session& session, std::string const& expression)
{
    VirtAddr const address(TRY(session.evaluate(expression)));
    mmu::Context const context = session.target().context();
    auto const found = mmu::translate(context, session.target().memory(), address, {});
    Json levels = Json::array();
    for (mmu::WalkStep const& step : found ? found->trace : found.error().trace)
        levels.push_back(
            {{"level", step.level}, {"entry", hex(step.entry)}, {"raw", hex(step.raw)}});
    Json document = {{"address", hex(address)},
                     {"mode", mmu::name(mmu::paging_mode(context))},
                     {"cr3", hex(context.cr3)},
                     {"levels", std::move(levels)}};
    if (found)
        document["physical"] = hex(found->address);
    else
        document["fault"] = mmu::name(found.error().reason);
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const address = std::make_shared<std::string>();
    arguments.add_option("VA", *address, "virtual address, symbol or $register")->required();
    return [address](Session& session) { return read(session, *address); };
}

std::string text(Json const& document)
{
    std::string result = fmt::format("{} in {} paging, CR3 = {}\n", plain(document["address"]),
                                     plain(document["mode"]), plain(document["cr3"]));
    for (Json const& level : document["levels"])
        result += fmt::format("  level {}  {}: {}\n", plain(level["level"]), plain(level["entry"]),
                              plain(level["raw"]));
    if (document.contains("fault"))
        return result + plain(document["fault"]) + "\n";
    return result + plain(document["physical"]) + "\n";
}

} // namespace

Command const kWalk = {"walk",
                       Group::Translation,
                       "each level of a translation",
                       kHelpText,
                       R"({"address": "hex", "mode": "string", "cr3": "hex", "physical": "hex?",
    "fault": "string?", "levels": [{"level": "number", "entry": "hex", "raw": "hex"}]})",
                       declare,
                       text,
                       Completes::Symbols};

} // namespace pagelab::shell
