// catch: stops at an exception, an interrupt, access to a port or a device's registers, a write to
// a control register.
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/points_view.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] =
    R"(  exception [VECTOR]   before it is delivered: RIP is the instruction that raised it
  interrupt [VECTOR]   an external one, before it is delivered
  port [FIRST [LAST]]  after an IN or OUT
  mmio FIRST [LAST]    after a load or store of registers at these physical addresses
  cr N                 after a MOV to control register N

EXAMPLES
  catch exception 14
  catch port 0x3f8 0x3ff
  catch mmio 0xfee000b0 0xfee000b3   a local APIC's end of interrupt
  catch cr 3
)";

constexpr uint64_t kLastPhysical = (uint64_t{1} << 52) - 1;

struct Options {
    std::string event;
    std::vector<std::string> rest; // numbers, then: if EXPRESSION
};

// The next word as a number up to `last`, taken off; nothing if there is none.
Result<std::optional<uint64_t>> take_number(Session& session, std::vector<std::string>& words,
                                            uint64_t last)
{
    if (words.empty() || words.front() == "if")
        return std::nullopt;
    uint64_t const value = TRY(session.evaluate(words.front()));
    if (value > last)
        return fail("{:#x} is more than {:#x}", value, last);
    words.erase(words.begin());
    return value;
}

std::string or_any(std::optional<uint8_t> vector)
{
    return vector ? fmt::format("{}", *vector) : "of any vector";
}

Result<Point> point_of(Session& session, std::string const& event, std::vector<std::string>& rest)
{
    Point point;
    if (event == "exception" || event == "interrupt") {
        auto const number = TRY(take_number(session, rest, 255));
        auto const vector = number ? std::optional(static_cast<uint8_t>(*number)) : std::nullopt;
        point.text = fmt::format("catch of {} {}", event, or_any(vector));
        if (event == "exception")
            point.what = cpu::ExceptionCatch{vector};
        else
            point.what = cpu::InterruptCatch{vector};
        return point;
    }
    if (event == "port") {
        auto const first = TRY(take_number(session, rest, 0xffff));
        auto const last = TRY(take_number(session, rest, 0xffff));
        cpu::PortCatch ports;
        if (first)
            ports = {static_cast<uint16_t>(*first), static_cast<uint16_t>(last.value_or(*first)),
                     cpu::AccessMask::ReadWrite};
        point.text = fmt::format("catch of ports {:#x}..{:#x}", ports.first, ports.last);
        point.what = ports;
        return point;
    }
    if (event == "mmio") {
        auto const first = TRY(take_number(session, rest, kLastPhysical));
        auto const last = TRY(take_number(session, rest, kLastPhysical));
        if (!first || last.value_or(*first) < *first)
            return fail("mmio wants the first and the last physical address");
        uint64_t const size = last.value_or(*first) - *first + 1;
        point.text = fmt::format("catch of MMIO {:#x}..{:#x}", *first, *first + size - 1);
        point.what =
            cpu::Watchpoint{cpu::AddressSpace::Physical, *first, size, cpu::AccessMask::ReadWrite};
        return point;
    }
    auto const control = TRY(take_number(session, rest, 8));
    if (event != "cr" || !control)
        return fail("'{}': exception, interrupt, port, mmio or cr N is wanted", event);
    point.text = fmt::format("catch of writes to CR{}", *control);
    point.what = cpu::ControlCatch{static_cast<unsigned>(*control)};
    return point;
}

Result<Json> read(Session& session, Options options)
{
    machine::Machine* const machine = TRY(session.machine());
    Point point = TRY(point_of(session, options.event, options.rest));
    point.condition = TRY(condition_of(options.rest));
    return point_document(*TRY(session.points().add(*machine, std::move(point))));
}

Reader declare(CLI::App& arguments)
{
    auto const options = std::make_shared<Options>();
    arguments.add_option("EVENT", options->event, "exception, interrupt, port, mmio or cr")
        ->required();
    arguments.add_option("NUMBERS", options->rest, "which; then: if EXPRESSION");
    return [options](Session& session) { return read(session, *options); };
}

} // namespace

Command const kCatch = {
    "catch",   Group::Execution, "stop at an exception, interrupt, port, MMIO or CR",
    kHelpText, kPointShape,      declare,
    point_text};

} // namespace pagelab::shell
