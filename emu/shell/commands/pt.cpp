// pt: all that the page tables map, as runs of equal pages.
#include "emu/mmu/page_tables.hpp"
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/page_rows.hpp"
#include "emu/shell/page_tree_rows.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Neighbouring pages that differ in nothing but where they are, one line for each run of them:

  virtual   | page | page | page |      gap      | page | ...
                |      |      |                     |
  physical  | page | page | page |               | page |     rights of all levels together

Rights: R read, W write, X execute, by USER or only KERN. A flag in lower case (dirty) is set in
some pages of the run. Filters, all of which must hold: w, ro, x, nx, u, s (supervisor), wx.
Tables that are shared or contain themselves cost nothing. The last line is that of Linux' ptdump.
--tree shows the tables themselves, each once: entries that are alike in one line, below it what
the table it leads to has.

EXAMPLES
  pt
  pt wx
  pt x,s --range 0xffffffff80000000 0xffffffffffffffff
  pt --has kernel_vmalloc
  pt --tree
  pt --no-merge --after 0xffffc90000000000 -c 20
  pt --json | jq '.runs[] | select(.area == "vmalloc")'
)";

struct Question {
    std::vector<std::string> filters;
    std::vector<std::string> range;
    std::string has, before, after, cr3;
    bool no_merge = false;
    bool any_frame = false;
    bool tree = false;
    std::shared_ptr<uint64_t> cap;
};

// Of rights, those that a word allows.
Result<uint8_t> allowed_rights(std::string_view word)
{
    constexpr unsigned kW = 1, kU = 2, kX = 4;
    struct Filter {
        std::string_view word;
        unsigned set;
        unsigned clear;
    };
    constexpr Filter kFilters[] = {{"w", kW, 0}, {"ro", 0, kW}, {"x", kX, 0},      {"nx", 0, kX},
                                   {"u", kU, 0}, {"s", 0, kU},  {"wx", kW | kX, 0}};
    for (Filter const& filter : kFilters) {
        if (filter.word != word)
            continue;
        unsigned mask = 0;
        for (unsigned rights = 0; rights < mmu::kRights; ++rights)
            if ((rights & filter.set) == filter.set && (rights & filter.clear) == 0)
                mask |= 1u << rights;
        return static_cast<uint8_t>(mask);
    }
    return fail("no filter '{}': w, ro, x, nx, u, s and wx are known", word);
}

Result<> add_filters(mmu::Selection& selection, std::vector<std::string> const& filters)
{
    for (std::string_view rest : filters)
        while (!rest.empty()) {
            auto const comma = std::min(rest.find(','), rest.size());
            selection.rights &= TRY(allowed_rights(rest.substr(0, comma)));
            rest.remove_prefix(std::min(comma + 1, rest.size()));
        }
    return {};
}

Result<> add_bounds(Session& session, mmu::Selection& selection, Question const& question)
{
    if (!question.range.empty()) {
        selection.first = VirtAddr(TRY(session.evaluate(question.range[0])));
        selection.last = VirtAddr(TRY(session.evaluate(question.range[1])));
    }
    if (!question.after.empty())
        selection.first = VirtAddr(TRY(session.evaluate(question.after)));
    if (!question.before.empty()) {
        uint64_t const end = TRY(session.evaluate(question.before));
        selection.last = VirtAddr(end == 0 ? 0 : end - 1);
    }
    if (selection.first > selection.last)
        return fail("the range ends before it begins");
    return {};
}

Json totals_json(mmu::PageTotals const& totals)
{
    uint64_t mapped = 0;
    uint64_t writable_executable = 0;
    for (unsigned rights = 0; rights < mmu::kRights; ++rights) {
        mapped += totals.bytes[rights];
        if ((rights & 5) == 5)
            writable_executable += totals.bytes[rights];
    }
    return {{"mapped", mapped},
            {"wx_pages", writable_executable >> kPageShift},
            {"tables", totals.tables},
            {"reserved_entries", totals.reserved_entries}};
}

Result<Json> read(Session& session, Question const& question)
{
    mmu::Context context = session.target().context();
    if (!question.cr3.empty()) {
        context.cr3 = TRY(session.evaluate(question.cr3));
        context.pdptes.reset();
    }
    mmu::Selection selection;
    selection.page_by_page = question.no_merge;
    selection.merge = question.any_frame ? mmu::Frames::Any : mmu::Frames::Contiguous;
    selection.keep_going = [&] { return session.progress().step(0, 0).has_value(); };
    TRY(add_filters(selection, question.filters));
    TRY(add_bounds(session, selection, question));
    uint64_t const has = question.has.empty() ? 0 : TRY(session.evaluate(question.has));

    PageRows const rows(session);
    Json runs = Json::array();
    bool more = false;
    auto const take = [&](mmu::PageRun const& run) {
        if (question.tree)
            return false;
        if (!question.has.empty() && has - run.start.value >= run.size())
            return has > run.start.value;
        if (is_beyond(*question.cap, runs.size())) {
            more = true;
            return false;
        }
        runs.push_back(rows.row(run));
        return true;
    };
    mmu::PageTotals const totals =
        mmu::read_page_tables(context, session.target().memory(), selection, take);
    if (Progress::is_interrupted())
        return fail("interrupted");
    TreeRows tree;
    if (question.tree)
        tree = read_tree_rows(context, session.target().memory(), *question.cap);
    return Json{{"mode", mmu::name(mmu::paging_mode(context))},
                {"cr3", hex(context.cr3)},
                {"runs", std::move(runs)},
                {"tree", std::move(tree.rows)},
                {"more", more || tree.more},
                {"too_many_tables", totals.tables == mmu::kMaxTables},
                {"totals", totals_json(totals)}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    question->cap = add_cap(arguments, 10000);
    arguments.add_option("FILTER", question->filters, "w, ro, x, nx, u, s, wx: all must hold");
    arguments.add_option("--range", question->range, "only from one address to another")
        ->expected(2)
        ->type_name("FIRST LAST");
    arguments.add_option("--has", question->has, "only the run with this address");
    arguments.add_option("--before", question->before, "only below this address");
    arguments.add_option("--after", question->after, "only from this address on");
    arguments.add_option("--cr3", question->cr3, "the tables of another address space");
    arguments.add_flag("--tree", question->tree, "the tables, without filters");
    arguments.add_flag("--no-merge", question->no_merge, "each page for itself");
    arguments.add_flag("--any-frame", question->any_frame,
                       "merge pages whatever physical pages are behind them");
    return [question](Session& session) { return read(session, *question); };
}

std::string physical_text(Json const& run)
{
    if (!run.contains("physical"))
        return "any";
    uint64_t const start = number(run["physical"]);
    if (run["frames"] == "same")
        return hex(start) + " (one page)";
    return fmt::format("{:#x}-{:#x}", start, start + number(run["size"]) - 1);
}

std::string text(Json const& document)
{
    TextTable table({{"VIRTUAL"},
                     {"PHYSICAL"},
                     {"SIZE", Align::Right},
                     {"PAGE"},
                     {"COUNT", Align::Right},
                     {"FLAGS"},
                     {"AREA"}});
    for (Json const& run : document["runs"])
        table.row({plain(run["start"]) + "-" + plain(run["last"]), physical_text(run),
                   hex(number(run["size"])), plain(run["page_size"]), plain(run["pages"]),
                   page_flags_text(run), run.contains("area") ? plain(run["area"]) : ""});
    std::string result = document["runs"].empty() ? "" : table.text();
    result += tree_text(document["tree"]);
    if (document["more"].get<bool>())
        result += "and more: -c N shows N\n";
    Json const& totals = document["totals"];
    result += fmt::format("{} paging, CR3 = {}: {} KiB mapped by {} tables\n",
                          plain(document["mode"]), plain(document["cr3"]),
                          number(totals["mapped"]) >> 10, number(totals["tables"]));
    if (number(totals["reserved_entries"]) != 0)
        result += fmt::format("{} entries with reserved bits set, which map nothing\n",
                              number(totals["reserved_entries"]));
    if (document["too_many_tables"].get<bool>())
        result += "too many tables: the rest was not read\n";
    uint64_t const wx = number(totals["wx_pages"]);
    return result + (wx == 0
                         ? "Checked W+X mappings: passed, no W+X pages found.\n"
                         : fmt::format("Checked W+X mappings: FAILED, {} W+X pages found.\n", wx));
}

} // namespace

Command const kPt = {"pt",
                     Group::Translation,
                     "what the page tables map, merged",
                     kHelpText,
                     R"({"mode": "string", "cr3": "hex", "more": "bool", "too_many_tables": "bool",
    "runs": [{"start": "hex", "last": "hex", "size": "number", "pages": "number",
        "page_size": "string", "physical": "hex?", "frames": "string", "rights": "string",
        "flags": ["string"], "area": "string?"}],
    "tree": [{"level": "string", "depth": "number", "first": "number", "last": "number",
        "start": "hex", "raw": "hex", "letters": "string", "kind": "string", "target": "hex",
        "target_last": "hex?", "seen": "bool"}],
    "totals": {"mapped": "number", "wx_pages": "number", "tables": "number",
        "reserved_entries": "number"}})",
                     declare,
                     text,
                     Completes::Symbols};

} // namespace pagelab::shell
