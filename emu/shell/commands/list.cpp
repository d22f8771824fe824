// list: the source around an address.
#include <fstream>

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Source lines around an address, as the kernel's line table has them:

  guestkernel/mm/buddy.cpp:41 (__rmqueue+0x10)
      40  {
  =>  41      for (unsigned order = ...
      '- line

The text is shown if the file is where the compiler found it.

EXAMPLES
  list
  list schedule
  list 0xffffffff81001234 -c 20
)";

struct Options {
    std::string address = "$pc";
    unsigned count = 10;
};

Result<Json> read(Session& session, Options const& options)
{
    uint64_t const address = TRY(session.evaluate(options.address));
    auto const line = TRY(session.target().code())->line(address);
    if (!line)
        return fail("no source line is known for {:#x}", address);
    Json document = {{"address", hex(address)}, {"symbol", session.symbol_at(address)},
                     {"file", line->file},      {"line", line->line},
                     {"column", line->column},  {"text", Json::array()}};
    unsigned const before = options.count / 2;
    unsigned const first = line->line > before ? line->line - before : 1;
    std::ifstream file(line->file);
    std::string text;
    for (unsigned i = 1; i < first + options.count && std::getline(file, text); ++i)
        if (i >= first)
            document["text"].push_back({{"line", i}, {"source", text.substr(0, 500)}});
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ADDR", options->address, "virtual address, symbol or expression");
    arguments.add_option("-c", options->count, "lines shown")->check(CLI::Range(1, 10'000));
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    uint64_t const current = number(document["line"]);
    std::string result =
        fmt::format("{}:{} ({})\n", plain(document["file"]), current, plain(document["symbol"]));
    for (Json const& line : document["text"])
        result += fmt::format("{}  {:>5}  {}\n", number(line["line"]) == current ? "=>" : "  ",
                              plain(line["line"]), plain(line["source"]));
    return result;
}

} // namespace

Command const kList = {"list",
                       Group::Memory,
                       "source lines around an address",
                       kHelpText,
                       R"({"address": "hex", "symbol": "string", "file": "string",
    "line": "number", "column": "number", "text": [{"line": "number", "source": "string"}]})",
                       declare,
                       text,
                       Completes::Symbols};

} // namespace pagelab::shell
