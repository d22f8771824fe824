// walk: each level of a translation, as the CPU goes through them.
#include "emu/mmu/entry_view.hpp"
#include "emu/mmu/translate.hpp"
#include "emu/shell/access_words.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"
#include "emu/shell/text_table.hpp"
#include "emu/shell/tlb_compare.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(From CR3 down, the entry that each level's index selects:

  VA  |  PML4 index  |  PDPT index  |  PD index  |  PT index  |  offset  |
          47:39          38:30          29:21        20:12        11:0
             |              |              |            |
      CR3 -> PML4[i] -----> PDPT[i] -----> PD[i] -----> PT[i] -----> page + offset
                               \              \
                                1 GiB page     2 MiB page           (bit S set)

5-level paging has a PML5 (56:48) before; PAE has PDPT[2 bits], PD, PT; 32-bit paging has a PD
(31:22, 4 MiB pages) and a PT (21:12). Letters: X no-execute, G global, S page size, D dirty,
A accessed, C cache-disable, T write-through, U user, W writable, P present. "So far" is what the
entries down to this one permit together: a right is granted only if every level grants it.

The TLB's entries of the page follow, marked stale where a walk now would give something else.

With an access named (write user), also says whether the CPU would allow that; see `why`.

EXAMPLES
  walk 0xffffffff81000000
  walk $rip fetch kernel
  walk contig_page_data --json
  walk 0x400000 --cr3 0x1234000 write user
)";

struct Question {
    std::string address;
    std::string cr3;
    std::vector<std::string> access;
};

Json level_json(mmu::EntryView const& entry)
{
    Json level = {{"level", entry.level},       {"name", mmu::level_name(entry.level)},
                  {"index", entry.index},       {"entry", hex(entry.address)},
                  {"raw", hex(entry.raw)},      {"letters", entry.letters},
                  {"flags", Json(entry.words)}, {"so_far", mmu::to_string(entry.effective)}};
    if (entry.reserved != 0)
        level["reserved"] = hex(entry.reserved);
    if (entry.words.empty() || entry.reserved != 0)
        return level;
    level[entry.is_page ? "page" : "table"] = hex(entry.leads_to);
    if (entry.is_page)
        level["page_size"] = mmu::page_size_name(entry.page_shift);
    return level;
}

Json verdict_json(mmu::Access access, std::expected<mmu::Translation, mmu::Fault> const& found)
{
    Json verdict = {{"access", to_string(access)}, {"allowed", found.has_value()}};
    if (found)
        return verdict;
    verdict["reason"] = mmu::name(found.error().reason);
    if (found.error().vector == x86::Vector::page_fault) {
        verdict["error_code"] = hex(found.error().error_code);
        verdict["error"] = page_fault_code_text(found.error().error_code);
    }
    return verdict;
}

Result<Json> read(Session& session, Question const& question)
{
    VirtAddr const address(TRY(session.evaluate(question.address)));
    mmu::Context context = session.target().context();
    if (!question.cr3.empty()) {
        context.cr3 = TRY(session.evaluate(question.cr3));
        context.pdptes.reset();
    }
    auto& memory = session.target().memory();
    mmu::Context lenient = context; // for the way down: a supervisor's read, whatever the page
    lenient.cr4 &= ~x86::cr4::SupervisorAccessPrevention::mask;
    auto const found = mmu::translate(lenient, memory, address, {});

    Json levels = Json::array();
    mmu::WalkTrace const& trace = found ? found->trace : found.error().trace;
    for (mmu::EntryView const& entry : mmu::view_entries(context, address, trace))
        levels.push_back(level_json(entry));
    Json document = {{"address", hex(address)},
                     {"mode", mmu::name(mmu::paging_mode(context))},
                     {"cr3", hex(context.cr3)},
                     {"levels", std::move(levels)}};
    if (found) {
        document["physical"] = hex(found->address);
        document["effective"] = mmu::to_string(found->permissions);
    } else {
        document["fault"] = mmu::name(found.error().reason);
    }
    document["tlb"] = Json::array();
    for (cpu::TlbEntry const& entry : tlb_entries(session.target()))
        if (entry.page == address.page_start() && question.cr3.empty())
            document["tlb"].push_back(tlb_row(context, memory, entry));
    document["verdicts"] = Json::array();
    if (question.access.empty())
        return document;
    for (mmu::Access const access : TRY(parse_accesses(question.access)))
        document["verdicts"].push_back(
            verdict_json(access, mmu::translate(context, memory, address, access)));
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("VA", question->address, "virtual address, symbol or $register")
        ->required();
    arguments.add_option("ACCESS", question->access, "read, write or fetch; user or kernel")
        ->expected(1, 2);
    arguments.add_option("--cr3", question->cr3, "the tables of another address space");
    return [question](Session& session) { return read(session, *question); };
}

std::string target_text(Json const& level)
{
    if (level.contains("reserved"))
        return "reserved bits " + plain(level["reserved"]);
    if (level.contains("page"))
        return plain(level["page_size"]) + " page " + plain(level["page"]);
    return level.contains("table") ? "table " + plain(level["table"]) : "not present";
}

std::string text(Json const& document)
{
    std::string result = fmt::format("{}, {} paging, CR3 = {}\n", plain(document["address"]),
                                     plain(document["mode"]), plain(document["cr3"]));
    TextTable table(
        {{"LEVEL"}, {"ENTRY AT"}, {"RAW"}, {mmu::kFlagLetters}, {"SO FAR"}, {"LEADS TO"}});
    for (Json const& level : document["levels"])
        table.row({fmt::format("{}[{:03x}]", plain(level["name"]), number(level["index"])),
                   plain(level["entry"]), plain(level["raw"]), plain(level["letters"]),
                   plain(level["so_far"]), target_text(level)});
    if (!document["levels"].empty())
        result += table.text();
    if (document.contains("physical"))
        result += fmt::format("physical {}, {}\n", plain(document["physical"]),
                              plain(document["effective"]));
    else
        result += fmt::format("no translation: {}\n", plain(document["fault"]));
    for (Json const& entry : document["tlb"])
        result += "TLB: " + tlb_text(entry) + "\n";
    for (Json const& verdict : document["verdicts"]) {
        result += plain(verdict["access"]) + ": ";
        if (verdict["allowed"].get<bool>())
            result += "allowed\n";
        else if (verdict.contains("error"))
            result += fmt::format("page fault, {}; error code {} ({})\n", plain(verdict["reason"]),
                                  plain(verdict["error_code"]), plain(verdict["error"]));
        else
            result += "general protection, " + plain(verdict["reason"]) + "\n";
    }
    return result;
}

} // namespace

Command const kWalk = {"walk",
                       Group::Translation,
                       "each level of a translation",
                       kHelpText,
                       R"({"address": "hex", "mode": "string", "cr3": "hex", "physical": "hex?",
    "effective": "string?", "fault": "string?",
    "levels": [{"level": "number", "name": "string", "index": "number", "entry": "hex",
        "raw": "hex", "letters": "string", "flags": ["string"], "so_far": "string",
        "reserved": "hex?", "table": "hex?", "page": "hex?", "page_size": "string?"}],
    "tlb": [{"kind": "string", "page": "hex", "target": "hex", "rights": "string",
        "stale": "string?"}],
    "verdicts": [{"access": "string", "allowed": "bool", "reason": "string?",
        "error_code": "hex?", "error": "string?"}]})",
                       declare,
                       text,
                       Completes::Symbols};

} // namespace pagelab::shell
