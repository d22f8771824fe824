// crc: the CRC-32 of a range, to tell whether it has changed.
#include <array>

#include "emu/shell/address_space.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/memory_words.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(As of zlib, gzip and PNG: ISO 3309, polynomial 0x04c11db7, reflected.

  range  bytes ... --> [ shift, xor ] --> 32 bits

EXAMPLES
  crc _text _etext-_text
  crc -p 0x100000 1M
)";

struct Question {
    std::string address, size;
    bool physical = false;
};

constexpr std::array<uint32_t, 256> kTable = [] {
    std::array<uint32_t, 256> table{};
    for (uint32_t byte = 0; byte < 256; ++byte) {
        uint32_t rest = byte;
        for (int bit = 0; bit < 8; ++bit)
            rest = (rest >> 1) ^ ((rest & 1) != 0 ? 0xedb8'8320 : 0);
        table[byte] = rest;
    }
    return table;
}();

Result<Json> read(Session& session, Question const& question)
{
    uint64_t const address = TRY(session.evaluate(question.address));
    uint64_t const size = TRY(parse_length(session, question.size));
    AddressSpace const space(session.target(),
                             question.physical ? Space::Physical : Space::Virtual);
    uint32_t rest = ~uint32_t{0};
    uint64_t done = 0;
    auto const add = [&](uint64_t, std::span<std::byte const> piece) -> Result<> {
        while (!piece.empty()) {
            auto const part = piece.first(std::min<size_t>(piece.size(), 1 << 20));
            for (std::byte const byte : part)
                rest = kTable[(rest ^ static_cast<uint32_t>(byte)) & 0xff] ^ (rest >> 8);
            piece = piece.subspan(part.size());
            done += part.size();
            TRY(session.progress().step(done, size));
        }
        return {};
    };
    TRY(space.for_each_piece(address, size, add));
    return Json{{"space", name(space.space())},
                {"address", hex(address)},
                {"size", size},
                {"crc32", fmt::format("{:#010x}", ~rest)}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("ADDRESS", question->address, "address, symbol or $register")->required();
    arguments.add_option("SIZE", question->size, "how many bytes")->required();
    arguments.add_flag("-p,--physical", question->physical, "a physical address");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    return fmt::format("{}  {} bytes at {} address {}\n", plain(document["crc32"]),
                       number(document["size"]), plain(document["space"]),
                       plain(document["address"]));
}

} // namespace

Command const kCrc = {"crc",
                      Group::Memory,
                      "the CRC-32 of a range",
                      kHelpText,
                      R"({"space": "string", "address": "hex", "size": "number", "crc32": "hex"})",
                      declare,
                      text,
                      Completes::Symbols};

} // namespace pagelab::shell
