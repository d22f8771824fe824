// last-write: who wrote this, when and from where.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/last_writer.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The last instruction that stored to the range, with what was there before and after. The
machine stays where it is: `goto` the instruction count to look around there. Needs `record`.

EXAMPLES
  last-write &contig_page_data.node_zones[1].free_area[3].nr_free 8
  last-write -p 0x1000 4096
)";

struct Options {
    std::string address, size;
    bool physical = false;
};

Result<Json> read(Session& session, Options const& options)
{
    machine::Timeline& timeline = *TRY(session.timeline());
    uint64_t const address = TRY(session.evaluate(options.address));
    uint64_t const size = options.size.empty() ? TRY(session.target().types())->pointer_size()
                                               : TRY(session.evaluate(options.size));
    auto const space = options.physical ? cpu::AddressSpace::Physical : cpu::AddressSpace::Virtual;
    auto document = TRY(last_writer(session, {space, address, size, cpu::AccessMask::Write}));
    if (!document)
        return fail("nobody wrote there since instruction {}", timeline.begin());
    return std::move(*document);
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ADDR", options->address, "virtual address, symbol or expression")
        ->required();
    arguments.add_option("SIZE", options->size, "bytes; a word if left out");
    arguments.add_flag("-p,--physical", options->physical, "a physical address");
    return [options](Session& session) { return read(session, *options); };
}

std::string text(Json const& document)
{
    return stop_text(document) +
           fmt::format("instruction count {}\n", plain(document["instructions"]));
}

} // namespace

Command const kLastWrite = {"last-write", Group::Execution,  "who wrote this last, and when",
                            kHelpText,    kStopShape,        declare,
                            text,         Completes::Symbols};

} // namespace pagelab::shell
