// sym: from a name to its address, and back.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Names for addresses and addresses for names:

  0xffffffff81001234  vmalloc+0x14/0x40  .text  guestkernel/kernel/vmalloc.cpp:31
  '- address          |       |    |     '- section of the image
                      |       |    '- bytes of the symbol
                      '- name '- offset

A name may have several addresses. What is no name is an expression.

EXAMPLES
  sym vmalloc
  sym $rip
  sym 0xffffffff81001234
  sym contig_page_data.node_zones[0].name
)";

Json described(Session& session, guest::CodeMap const& code, uint64_t address)
{
    Json result = {{"address", hex(address)}};
    if (auto const place = code.place(address)) {
        result["name"] = place->name;
        result["offset"] = place->offset;
        result["size"] = place->size;
        result["section"] = place->section;
    } else if (std::string name = session.symbol_at(address); !name.empty()) {
        result["name"] = std::move(name);
    }
    if (auto const line = code.line(address)) {
        result["file"] = line->file;
        result["line"] = line->line;
    }
    return result;
}

Result<Json> read(Session& session, std::vector<std::string> const& words)
{
    std::string const what = fmt::format("{}", fmt::join(words, " "));
    guest::CodeMap const& code = *TRY(session.target().code());
    Json symbols = Json::array();
    for (guest::CodePlace const& place : code.named(what))
        symbols.push_back(described(session, code, place.start));
    if (symbols.empty())
        symbols.push_back(described(session, code, TRY(session.evaluate(what))));
    return Json{{"symbols", std::move(symbols)}};
}

Reader declare(CLI::App& arguments)
{
    auto const words = std::make_shared<std::vector<std::string>>();
    arguments.add_option("WHAT", *words, "name, address or expression")->required();
    return [words](Session& session) { return read(session, *words); };
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& symbol : document["symbols"]) {
        result += plain(symbol["address"]);
        result += "  " + (symbol.contains("name") ? plain(symbol["name"]) : "no symbol");
        if (symbol.contains("offset"))
            result += fmt::format("+{:#x}/{:#x}", number(symbol["offset"]), number(symbol["size"]));
        if (symbol.contains("section"))
            result += "  " + plain(symbol["section"]);
        if (symbol.contains("file"))
            result += fmt::format("  {}:{}", plain(symbol["file"]), plain(symbol["line"]));
        result += "\n";
    }
    return result;
}

} // namespace

Command const kSym = {"sym",
                      Group::Memory,
                      "the symbol and source line of an address, the address of a name",
                      kHelpText,
                      R"({"symbols": [{"address": "hex", "name": "string?", "offset": "number?",
    "size": "number?", "section": "string?", "file": "string?", "line": "number?"}]})",
                      declare,
                      text,
                      Completes::Symbols};

} // namespace pagelab::shell
