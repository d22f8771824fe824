// dump: a range of memory into a file.
#include <cerrno>
#include <cstring>

#include "emu/shell/address_space.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/memory_words.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(The bytes as they are, and nothing else. See load for the way back.

  memory [ ADDRESS ... ADDRESS+SIZE )  --->  FILE

EXAMPLES
  dump text.bin _text _etext-_text
  dump -p ram.bin 0x100000 16M
)";

struct Question {
    std::string file, address, size;
    bool physical = false;
};

Result<Json> read(Session& session, Question const& question)
{
    uint64_t const address = TRY(session.evaluate(question.address));
    uint64_t const size = TRY(parse_length(session, question.size));
    AddressSpace const space(session.target(),
                             question.physical ? Space::Physical : Space::Virtual);
    auto const look = [](uint64_t, std::span<std::byte const>) -> Result<> { return {}; };
    TRY(space.for_each_piece(address, size, look)); // before there is a file
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    std::unique_ptr<std::FILE, Close> const file(std::fopen(question.file.c_str(), "wb"));
    if (file == nullptr)
        return fail("{}: {}", question.file, std::strerror(errno));
    uint64_t done = 0;
    auto const write = [&](uint64_t, std::span<std::byte const> piece) -> Result<> {
        while (!piece.empty()) {
            auto const part = piece.first(std::min<size_t>(piece.size(), 1 << 20));
            if (std::fwrite(part.data(), 1, part.size(), file.get()) != part.size())
                return fail("{}: {}", question.file, std::strerror(errno));
            piece = piece.subspan(part.size());
            done += part.size();
            TRY(session.progress().step(done, size));
        }
        return {};
    };
    TRY(space.for_each_piece(address, size, write));
    if (std::fflush(file.get()) != 0)
        return fail("{}: {}", question.file, std::strerror(errno));
    return Json{{"file", question.file},
                {"space", name(space.space())},
                {"address", hex(address)},
                {"size", size}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("FILE", question->file, "the file to write")->required();
    arguments.add_option("ADDRESS", question->address, "address, symbol or $register")->required();
    arguments.add_option("SIZE", question->size, "how many bytes")->required();
    arguments.add_flag("-p,--physical", question->physical, "a physical address");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    return fmt::format("{}: {} bytes of {} memory from {}\n", plain(document["file"]),
                       number(document["size"]), plain(document["space"]),
                       plain(document["address"]));
}

} // namespace

Command const kDump = {
    "dump",
    Group::Memory,
    "write a range of memory to a file",
    kHelpText,
    R"({"file": "string", "space": "string", "address": "hex", "size": "number"})",
    declare,
    text,
    Completes::Files};

} // namespace pagelab::shell
