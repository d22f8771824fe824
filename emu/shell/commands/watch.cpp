// watch: stops after an access to a range of memory, virtual or physical.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/points_view.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(The stop is after the instruction that made the access, and says what was there before,
what is now, and whose memory it is. Other accesses to the page do not stop. A physical range (-p)
is watched through every mapping of it.

EXAMPLES
  watch contig_page_data.node_zones[1].vm_stat 8
  watch -r jiffies
  watch -a -p 0x1000 4096 if $rip != 0
)";

struct Options {
    std::string address;
    std::vector<std::string> rest; // [SIZE] [if EXPRESSION]
    bool physical = false;
    bool read = false;
    bool both = false;
};

Result<Json> set_watch(Session& session, Options options)
{
    machine::Machine* const machine = TRY(session.machine());
    uint64_t const address = TRY(session.evaluate(options.address));
    uint64_t size = 0;
    if (!options.rest.empty() && options.rest.front() != "if") {
        size = TRY(session.evaluate(options.rest.front()));
        options.rest.erase(options.rest.begin());
    } else {
        size = TRY(session.target().types())->pointer_size();
    }
    auto const accesses = options.both   ? cpu::AccessMask::ReadWrite
                          : options.read ? cpu::AccessMask::Read
                                         : cpu::AccessMask::Write;
    auto const space = options.physical ? cpu::AddressSpace::Physical : cpu::AddressSpace::Virtual;
    Point point;
    point.what = cpu::Watchpoint{space, address, size, accesses};
    point.text = fmt::format("watchpoint at {}{} ({:#x}), {} bytes, {}",
                             options.physical ? "physical " : "", options.address, address, size,
                             options.both   ? "read or write"
                             : options.read ? "read"
                                            : "write");
    point.condition = TRY(condition_of(options.rest));
    return point_document(*TRY(session.points().add(*machine, std::move(point))));
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ADDR", options->address, "virtual address, symbol or expression")
        ->required();
    arguments.add_option("SIZE", options->rest, "bytes (a word if left out); then: if EXPRESSION");
    arguments.add_flag("-p,--physical", options->physical, "a physical address");
    arguments.add_flag("-r,--read", options->read, "reads, not writes");
    arguments.add_flag("-a,--any", options->both, "reads and writes");
    return [options](Session& session) { return set_watch(session, *options); };
}

} // namespace

Command const kWatch = {"watch",    Group::Execution,  "stop after an access to memory",
                        kHelpText,  kPointShape,       declare,
                        point_text, Completes::Symbols};

} // namespace pagelab::shell
