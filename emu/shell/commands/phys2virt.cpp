// phys2virt: every virtual address that leads to a physical one.
#include "emu/mmu/page_tables.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/page_rows.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(All page tables are searched for pages with the address in them:

  direct map   ...| page |...          One physical page may be mapped many times: in the direct
                     |                 map, as part of the kernel's image, by vmalloc, by kmap, and
  vmalloc      ..| page |..            through tables that are shared or contain themselves.
                     |                 Neighbouring pages that all lead to it are one line.
  physical     ......X.......

EXAMPLES
  phys2virt 0x200000
  phys2virt 0xfee00000
)";

struct Question {
    std::string address;
    std::shared_ptr<uint64_t> cap;
};

Result<Json> read(Session& session, Question const& question)
{
    PhysAddr const wanted(TRY(session.evaluate(question.address)));
    mmu::Context const context = session.target().context();
    PageRows const rows(session);
    Json aliases = Json::array();
    bool more = false;
    mmu::Selection selection;
    selection.only = wanted;
    selection.keep_going = [&] { return session.progress().step(0, 0).has_value(); };
    mmu::PageTotals const totals = mmu::read_page_tables(
        context, session.target().memory(), selection, [&](mmu::PageRun const& run) {
            more = is_beyond(*question.cap, aliases.size());
            if (more)
                return false;
            Json row = rows.row(run);
            row["address"] = hex(run.start + (wanted - run.physical));
            aliases.push_back(std::move(row));
            return true;
        });
    if (Progress::is_interrupted())
        return fail("interrupted");
    return Json{{"physical", hex(wanted)},
                {"aliases", std::move(aliases)},
                {"more", more},
                {"too_many_tables", totals.tables == mmu::kMaxTables}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    question->cap = add_cap(arguments, 1000);
    arguments.add_option("PA", question->address, "physical address")->required();
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    TextTable table({{""}, {""}, {""}, {""}});
    for (Json const& alias : document["aliases"]) {
        uint64_t const pages = number(alias["pages"]);
        table.row({plain(alias["address"]),
                   plain(alias["page_size"]) +
                       (pages == 1 ? " page" : fmt::format(" page, and the next {}", pages - 1)),
                   page_flags_text(alias), alias.contains("area") ? plain(alias["area"]) : ""});
    }
    std::string result = document["aliases"].empty()
                             ? plain(document["physical"]) + " is not mapped\n"
                             : table.text();
    if (document["more"].get<bool>())
        result += "and more: -c N shows N\n";
    return document["too_many_tables"].get<bool>() ? result + "too many tables: not all read\n"
                                                   : result;
}

} // namespace

Command const kPhys2virt = {"phys2virt",
                            Group::Translation,
                            "all virtual addresses of a physical one",
                            kHelpText,
                            R"({"physical": "hex", "more": "bool", "too_many_tables": "bool",
    "aliases": [{"address": "hex", "start": "hex", "last": "hex", "size": "number",
        "pages": "number", "page_size": "string", "physical": "hex?", "frames": "string",
        "rights": "string", "flags": ["string"], "area": "string?"}]})",
                            declare,
                            text};

} // namespace pagelab::shell
