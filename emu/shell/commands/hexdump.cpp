// hexdump: bytes as hexadecimal and as text, in the form of hexdump -C.
#include "emu/shell/address_space.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/memory_words.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(16 bytes a line; lines equal to the one before are one *.

  address           +0 +1 +2 +3 +4 +5 +6 +7  +8 +9 +a +b +c +d +e +f  |as characters..|

EXAMPLES
  hexdump linux_banner 64
  hexdump -p 0x7c00 512
  hexdump $rsp 4K | head
)";

constexpr uint64_t kMaxBytes = 16 << 20;
constexpr size_t kPerLine = 16;

struct Question {
    std::string address, size = "256";
    bool physical = false;
};

Result<Json> read(Session& session, Question const& question)
{
    uint64_t address = TRY(session.evaluate(question.address));
    uint64_t const size = TRY(parse_length(session, question.size));
    if (size > kMaxBytes)
        return fail("{} bytes: at most {} at a time", size, kMaxBytes);
    AddressSpace const space(session.target(),
                             question.physical ? Space::Physical : Space::Virtual);
    Json document = {{"space", name(space.space())}, {"rows", Json::array()}};
    for (uint64_t done = 0; done < size; done += kPerLine) {
        TRY(session.progress().step(done, size));
        std::byte line[kPerLine];
        auto const bytes = std::span(line).first(std::min<uint64_t>(kPerLine, size - done));
        if (auto const got = space.read(address, bytes); !got) {
            if (done == 0)
                return std::unexpected(got.error());
            document["end"] = got.error().message;
            break;
        }
        std::string text;
        for (std::byte const byte : bytes) {
            auto const character = static_cast<char>(byte);
            text += character >= ' ' && character <= '~' ? character : '.';
        }
        document["rows"].push_back(
            {{"address", hex(address)}, {"bytes", bytes_text(bytes)}, {"text", std::move(text)}});
        address = space.advance(address, kPerLine);
    }
    return document;
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("ADDRESS", question->address, "address, symbol or $register")->required();
    arguments.add_option("SIZE", question->size, "how many bytes")->capture_default_str();
    arguments.add_flag("-p,--physical", question->physical, "a physical address");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    std::string result;
    std::string last;
    bool starred = false;
    for (Json const& row : document["rows"]) {
        std::string bytes = plain(row["bytes"]);
        if (bytes == last) {
            result += starred ? "" : "*\n";
            starred = true;
            continue;
        }
        starred = false;
        last = bytes;
        if (bytes.size() > 23)
            bytes.insert(23, " ");
        result += fmt::format("{:016x}  {:<48}  |{}|\n", number(row["address"]), bytes,
                              plain(row["text"]));
    }
    return document.contains("end") ? result + plain(document["end"]) + "\n" : result;
}

} // namespace

Command const kHexdump = {"hexdump",
                          Group::Memory,
                          "bytes in hexadecimal and as text",
                          kHelpText,
                          R"({"space": "string", "end": "string?",
    "rows": [{"address": "hex", "bytes": "string", "text": "string"}]})",
                          declare,
                          text,
                          Completes::Symbols};

} // namespace pagelab::shell
