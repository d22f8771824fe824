// tlb: what the processor has cached of translations, and which of that is stale.
#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/text_table.hpp"
#include "emu/shell/tlb_compare.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The entries that an access is looked up in before the page tables are:

  access --> TLB hit: page + offset --> memory          An entry stays until it is flushed: change
        \                                               a page table without INVLPG, and accesses
         `-> miss: walk the tables, enter the result    go on as before. Such an entry is stale.

Each is of 4 KiB, also of large pages. Rights are those that need no further walk: a page becomes
writable here when it is first written. Kinds: user; kernel; kernel, SMAP (with AC clear).

EXAMPLES
  tlb
  tlb --stale
  tlb $rsp
)";

struct Question {
    std::string address;
    bool stale = false;
    std::shared_ptr<uint64_t> cap;
};

Result<Json> read(Session& session, Question const& question)
{
    TRY(session.machine());
    mmu::Context const context = session.target().context();
    bool const one_page = !question.address.empty();
    VirtAddr const wanted(one_page ? TRY(session.evaluate(question.address)) : 0);
    Json rows = Json::array();
    uint64_t entries = 0, stale = 0;
    bool more = false;
    for (cpu::TlbEntry const& entry : tlb_entries(session.target())) {
        if (one_page && entry.page != wanted.page_start())
            continue;
        Json row = tlb_row(context, session.target().memory(), entry);
        ++entries;
        stale += row.contains("stale");
        if (question.stale && !row.contains("stale"))
            continue;
        more = is_beyond(*question.cap, rows.size());
        if (!more)
            rows.push_back(std::move(row));
    }
    return Json{{"rows", std::move(rows)}, {"more", more}, {"entries", entries}, {"stale", stale}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    question->cap = add_cap(arguments, 10000);
    arguments.add_option("VA", question->address, "only entries of its page");
    arguments.add_flag("--stale", question->stale, "only those that a walk now would not give");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    TextTable table({{"PAGE"}, {"PHYSICAL"}, {"RIGHTS"}, {"KIND"}, {"STALE"}});
    for (Json const& row : document["rows"])
        table.row({plain(row["page"]), plain(row["target"]), plain(row["rights"]),
                   plain(row["kind"]), row.contains("stale") ? plain(row["stale"]) : ""});
    return (document["rows"].empty() ? "" : table.text()) + fmt::format("{} entries, {} stale\n",
                                                                        number(document["entries"]),
                                                                        number(document["stale"]));
}

} // namespace

Command const kTlb = {
    "tlb",
    Group::Translation,
    "what the TLB holds, and what of it is stale",
    kHelpText,
    R"({"more": "bool", "entries": "number", "stale": "number", "rows": [{"kind": "string",
    "page": "hex", "target": "hex", "rights": "string", "stale": "string?"}]})",
    declare,
    text,
    Completes::Symbols};

} // namespace pagelab::shell
