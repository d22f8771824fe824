// w, wp: writes values or a text to virtual or physical addresses of a live machine.
#include <cstring>

#include "emu/shell/address_space.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/memory_words.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Values of a unit, one after the other, least significant byte first:

  w /h 0x1000 0x1122 0x3344      0x1000: 22 11 44 33

Units: /b 1, /h 2, /w 4 (as none), /g 8 bytes. -s writes a text, without a NUL after it. Rights of
pages are not looked at, nor are accessed and dirty set: this is the debugger's doing, not the
guest's. Code translated from there is forgotten. All is written, or nothing: ROM and what is not
memory cannot be. w takes virtual addresses, wp physical ones.

EXAMPLES
  w /g $rsp 0
  w /b 0xffffc90000000000 0x90 0x90
  w 0xffffc90000000000 -s hello
  wp /w 0x100000 0xdeadbeef
)";

struct Question {
    std::vector<std::string> words; // [/UNIT] ADDRESS VALUE...
    std::string text;
};

Result<std::vector<std::byte>> bytes_of(Session& session, std::span<std::string const> values,
                                        unsigned unit)
{
    std::vector<std::byte> bytes;
    for (std::string const& word : values) {
        uint64_t const value = TRY(value_that_fits(session, word, unit));
        auto const parts = std::as_bytes(std::span(&value, 1)).first(unit);
        bytes.insert(bytes.end(), parts.begin(), parts.end());
    }
    return bytes;
}

Result<Json> read(Session& session, Space kind, Question const& question)
{
    TRY(session.machine());
    std::span<std::string const> words = question.words;
    unsigned unit = 4;
    if (words.front().starts_with('/')) {
        unit = TRY(parse_unit(words.front()));
        words = words.subspan(1);
    }
    bool const has_text = !question.text.empty();
    if (words.empty() || (words.size() == 1) != has_text)
        return fail("what is wanted: [/UNIT] ADDRESS VALUE..., or ADDRESS -s TEXT");
    uint64_t const address = TRY(session.evaluate(words.front()));
    auto bytes = TRY(bytes_of(session, words.subspan(1), unit));
    auto const text = std::as_bytes(std::span(question.text));
    bytes.insert(bytes.end(), text.begin(), text.end());
    std::vector<std::byte> old(bytes.size());
    TRY(AddressSpace(session.target(), kind).read(address, old));
    TRY(write_bytes(session, kind, address, bytes));
    return Json{{"space", name(kind)},
                {"address", hex(address)},
                {"bytes", bytes.size()},
                {"old", bytes_text(old)},
                {"new", bytes_text(bytes)}};
}

template<Space Kind>
Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments
        .add_option("ADDRESS", question->words, "a unit (/b /h /w /g), an address, and values")
        ->required();
    arguments.add_option("-s,--string", question->text, "a text instead of values");
    return [question](Session& session) { return read(session, Kind, *question); };
}

std::string text(Json const& document)
{
    return fmt::format("{}: {} -> {}\n", plain(document["address"]), plain(document["old"]),
                       plain(document["new"]));
}

constexpr char kShapeText[] = R"({"space": "string", "address": "hex", "bytes": "number",
    "old": "string", "new": "string"})";

} // namespace

Command const kW = {"w",       Group::Memory,     "write to virtual addresses",
                    kHelpText, kShapeText,        declare<Space::Virtual>,
                    text,      Completes::Symbols};

Command const kWp = {"wp",      Group::Memory,     "write to physical addresses",
                     kHelpText, kShapeText,        declare<Space::Physical>,
                     text,      Completes::Symbols};

} // namespace pagelab::shell
