// break: stops before an instruction, at a virtual or a physical address.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/points_view.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(Any number of them; a guest that hits none runs at full speed. A physical one (-p) stops
whatever address the page is mapped at. A condition is a C expression, judged at each hit.

EXAMPLES
  break vmalloc
  break kmem_cache_alloc if $rdi == 0xffff888003c01000
  break -p 0x200000
  break --temporary panic
)";

struct Options {
    std::string address;
    std::vector<std::string> condition;
    bool physical = false;
    bool temporary = false;
};

Result<Json> read(Session& session, Options const& options)
{
    machine::Machine* const machine = TRY(session.machine());
    uint64_t const address = TRY(session.evaluate(options.address));
    auto const space = options.physical ? cpu::AddressSpace::Physical : cpu::AddressSpace::Virtual;
    Point point;
    point.what = cpu::Breakpoint{space, address};
    point.text = options.physical
                     ? fmt::format("breakpoint at physical {:#x}", address)
                     : fmt::format("breakpoint at {} ({:#x})", options.address, address);
    point.condition = TRY(condition_of(options.condition));
    point.temporary = options.temporary;
    return point_document(*TRY(session.points().add(*machine, std::move(point))));
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("ADDR", options->address, "virtual address, symbol or expression")
        ->required();
    arguments.add_option("CONDITION", options->condition, "if EXPRESSION");
    arguments.add_flag("-p,--physical", options->physical, "a physical address");
    arguments.add_flag("-t,--temporary", options->temporary, "removed at its first stop");
    return [options](Session& session) { return read(session, *options); };
}

} // namespace

Command const kBreak = {"break",    Group::Execution,  "stop before an instruction",
                        kHelpText,  kPointShape,       declare,
                        point_text, Completes::Symbols};

} // namespace pagelab::shell
