// disas: instructions with the names of what they touch.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/disassembly.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Instructions from an address on, in the width of the selected CPU's mode:

  => 0xffffffff81000010 <f+0x10>:  e8 0b 00 00 00  callq 0xffffffff81000020 <g>
  |  '- address            '- symbol  '- bytes        '- as the assembler has it
  where the CPU is

Without an address: where the CPU is. Of a function's name alone: all of it.

EXAMPLES
  disas
  disas schedule
  disas $rip+0x20 5
  disas vmalloc --intel | grep call
)";

constexpr uint64_t kDefault = 10;

struct Options {
    std::string address = "$pc";
    uint64_t count = 0; // 0: to the function's end, or kDefault
    bool intel = false;
};

// Instructions that start before the symbol's end, if the address is its start.
Result<Json> read_whole(Session& session, uint64_t address, uint64_t size, Syntax syntax)
{
    constexpr uint64_t kMost = 100'000;
    Json all = TRY(disassemble(session, address, std::min(size, kMost), syntax));
    size_t keep = 0;
    while (keep < all.size() && number(all[keep]["address"]) - address < size)
        ++keep;
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(keep), all.end());
    return all;
}

Result<Json> read(Session& session, Options const& options)
{
    uint64_t address = TRY(session.evaluate(options.address));
    if (options.address == "$pc")
        address = session.target().state().linear_rip();
    Syntax const syntax = options.intel ? Syntax::Intel : Syntax::Att;
    if (options.count == 0)
        if (auto const code = session.target().code())
            if (auto const place = (*code)->place(address);
                place && place->offset == 0 && place->is_function && place->size != 0)
                return Json{
                    {"instructions", TRY(read_whole(session, address, place->size, syntax))}};
    uint64_t const count = options.count != 0 ? options.count : kDefault;
    return Json{{"instructions", TRY(disassemble(session, address, count, syntax))}};
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ADDR", options->address, "virtual address, symbol or expression");
    arguments.add_option("N,-c", options->count, "instructions")->check(CLI::Range(1, 1'000'000));
    arguments.add_flag("--intel", options->intel, "Intel's syntax, not AT&T's");
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    return disassembly_text(document["instructions"]);
}

} // namespace

Command const kDisas = {"disas",
                        Group::Memory,
                        "instructions, with symbols",
                        kHelpText,
                        R"({"instructions": [{"address": "hex", "symbol": "string?",
    "bytes": "string", "text": "string", "target": "string?", "current": "bool"}]})",
                        declare,
                        text,
                        Completes::Symbols};

} // namespace pagelab::shell
