// x, xp: values at virtual and at physical addresses, in the formats of gdb and QEMU.
#include <cstring>

#include "emu/mmu/paging_mode.hpp"
#include "emu/shell/address_space.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/disassembly.hpp"
#include "emu/shell/display_format.hpp"
#include "emu/shell/text_table.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(/NFU: how many, in which format, of which unit.

  x /8gx VA         8 values of 8 bytes each, in hexadecimal, least significant byte first in
   / |||            memory:   address  +0 +1 +2 +3 +4 +5 +6 +7
   N U F                                78 56 34 12 00 00 00 00   ->  0x0000000012345678

Formats: x hexadecimal, d signed, u unsigned, o octal, t binary, c character, s string (to its
NUL), a address and its symbol, i instructions. Units: b 1, h 2, w 4, g 8 bytes. x takes virtual
addresses, by the selected processor's tables; xp takes physical ones. Rights are not looked at:
this is inspection. What is not mapped ends the listing.

EXAMPLES
  x/8gx $rsp
  x/s linux_banner
  x/5i $rip
  x/8a $rsp
  x/16b 0xffffffff81000000
  xp/4wx 0x100000
)";

constexpr size_t kMaxString = 4096;

struct Question {
    std::vector<std::string> words; // [/NFU] ADDRESS
};

unsigned pointer_bytes(Session& session)
{
    return mmu::level_count(mmu::paging_mode(session.target().context())) >= 4 ? 8 : 4;
}

// "0xffffffff81000010 <f+0x10>"
std::string address_text(Session& session, uint64_t address, std::string const& text)
{
    std::string const symbol = session.symbol_at(address);
    return symbol.empty() ? text : fmt::format("{} <{}>", text, symbol);
}

// The next value's text; `bytes` is how many it takes.
Result<std::string> value_at(Session& session, AddressSpace const& space, uint64_t address,
                             DisplayFormat const& format, uint64_t& bytes)
{
    bytes = format.bytes;
    if (format.format != 's') {
        uint64_t value = 0;
        TRY(space.read(address, std::as_writable_bytes(std::span(&value, 1)).first(bytes)));
        std::string const text = format_value(value, format);
        return format.format == 'a' ? address_text(session, value, text) : text;
    }
    std::string text = "\"";
    for (bytes = 0; bytes < kMaxString;) {
        auto const piece = TRY(space.bytes_at(space.advance(address, bytes)));
        for (std::byte const byte : piece) {
            ++bytes;
            if (byte == std::byte{0})
                return text + "\"";
            text += escaped(static_cast<unsigned char>(byte));
            if (bytes == kMaxString)
                break;
        }
    }
    return text + "\"...";
}

Result<Json> read_instructions(Session& session, Space kind, uint64_t address, uint64_t count)
{
    if (kind == Space::Physical)
        return fail("instructions are at virtual addresses");
    return Json{{"space", name(kind)},
                {"rows", Json::array()},
                {"instructions", TRY(disassemble(session, address, count))}};
}

Result<Json> read(Session& session, Space kind, Question const& question)
{
    bool const has_format = question.words.front().starts_with('/');
    if (has_format == (question.words.size() == 1))
        return fail("what is wanted: [/NFU] ADDRESS");
    DisplayFormat const format =
        has_format ? TRY(parse_display_format(question.words.front(), pointer_bytes(session)))
                   : DisplayFormat();
    uint64_t address = TRY(session.evaluate(question.words.back()));
    if (format.format == 'i')
        return read_instructions(session, kind, address, format.count);
    AddressSpace const space(session.target(), kind);
    Json document = {{"space", name(kind)}, {"rows", Json::array()}};
    for (uint64_t i = 0; i < format.count; ++i) {
        uint64_t bytes = 0;
        auto value = value_at(session, space, address, format, bytes);
        if (!value && i == 0)
            return std::unexpected(value.error());
        if (!value) {
            document["end"] = value.error().message;
            break;
        }
        if (i % format.per_line() == 0) {
            document["rows"].push_back({{"address", hex(address)}, {"values", Json::array()}});
            TRY(session.progress().step(i, format.count));
        }
        document["rows"].back()["values"].push_back(std::move(*value));
        address = space.advance(address, bytes);
    }
    return document;
}

template<Space Kind>
Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("ADDRESS", question->words, "/NFU, then an address, symbol or $register")
        ->expected(1, 2)
        ->required();
    return [question](Session& session) { return read(session, Kind, *question); };
}

std::string text(Json const& document)
{
    if (document.contains("instructions"))
        return disassembly_text(document["instructions"]);
    std::string result;
    for (Json const& row : document["rows"]) {
        result += plain(row["address"]) + ":";
        for (Json const& value : row["values"])
            result += " " + plain(value);
        result += "\n";
    }
    if (document.contains("end"))
        result += plain(document["end"]) + "\n";
    return result;
}

constexpr char kShapeText[] = R"({"space": "string", "end": "string?", "instructions": "any?",
    "rows": [{"address": "hex", "values": ["string"]}]})";

} // namespace

Command const kX = {"x",       Group::Memory,     "values at virtual addresses, as gdb's x",
                    kHelpText, kShapeText,        declare<Space::Virtual>,
                    text,      Completes::Symbols};

Command const kXp = {"xp",      Group::Memory,     "values at physical addresses, as QEMU's xp",
                     kHelpText, kShapeText,        declare<Space::Physical>,
                     text,      Completes::Symbols};

} // namespace pagelab::shell
