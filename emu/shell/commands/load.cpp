// load: a file's bytes into a live machine's memory.
#include <cerrno>
#include <cstring>
#include <fstream>

#include "emu/shell/address_space.hpp"
#include "emu/shell/commands/commands.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(All of the file, or nothing: what is not RAM is not written. See dump.

  FILE  --->  memory [ ADDRESS ... ADDRESS + the file's size )

EXAMPLES
  load patch.bin 0xffffc90000000000
  load -p ram.bin 0x100000
)";

struct Question {
    std::string file, address;
    bool physical = false;
};

Result<std::vector<std::byte>> read_file(std::string const& path, uint64_t limit)
{
    std::error_code error;
    uint64_t const size = std::filesystem::file_size(path, error);
    if (error)
        return fail("{}: {}", path, error.message());
    if (size > limit)
        return fail("{}: {} bytes, more than the machine has RAM", path, size);
    std::vector<std::byte> bytes(size);
    std::ifstream file(path, std::ios::binary);
    if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
        return fail("{}: {}", path, std::strerror(errno));
    return bytes;
}

Result<Json> read(Session& session, Question const& question)
{
    machine::Machine* const machine = TRY(session.machine());
    uint64_t const address = TRY(session.evaluate(question.address));
    auto const bytes = TRY(read_file(question.file, machine->memory().ram_size()));
    Space const space = question.physical ? Space::Physical : Space::Virtual;
    TRY(write_bytes(session, space, address, bytes));
    return Json{{"file", question.file},
                {"space", name(space)},
                {"address", hex(address)},
                {"size", bytes.size()}};
}

Reader declare(CLI::App& arguments)
{
    auto const question = std::make_shared<Question>();
    arguments.add_option("FILE", question->file, "the file to read")->required();
    arguments.add_option("ADDRESS", question->address, "address, symbol or $register")->required();
    arguments.add_flag("-p,--physical", question->physical, "a physical address");
    return [question](Session& session) { return read(session, *question); };
}

std::string text(Json const& document)
{
    return fmt::format("{}: {} bytes to {} memory at {}\n", plain(document["file"]),
                       number(document["size"]), plain(document["space"]),
                       plain(document["address"]));
}

} // namespace

Command const kLoad = {
    "load",
    Group::Memory,
    "read a file into memory",
    kHelpText,
    R"({"file": "string", "space": "string", "address": "hex", "size": "number"})",
    declare,
    text,
    Completes::Files};

} // namespace pagelab::shell
