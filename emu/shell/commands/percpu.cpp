// percpu: a per-CPU variable's copy on each CPU.
#include "emu/guest/percpu.hpp"

#include "emu/shell/commands/commands.hpp"
#include "emu/shell/session.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(One name stands for as many objects as there are CPUs:

  address on CPU n = pointer + __per_cpu_offset[n]
  unit of CPU n   | static variables | reserved for modules | dynamic ... |

Any per-CPU pointer will do: a variable's name, or what alloc_percpu returned.

EXAMPLES
  percpu current_task
  percpu runqueues
)";

Result<Json> read(Session& session, std::string const& expression)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::PerCpu const percpu = TRY(guest::read_percpu(*kernel));
    uint64_t size = kernel->types().pointer_size();
    VirtAddr pointer;
    if (auto const variable = kernel->types().variable(expression)) {
        pointer = variable->address;
        size = TRY(kernel->types().size_of(variable->type));
    } else {
        pointer = VirtAddr(TRY(session.evaluate(expression)));
    }
    bool const is_number = size == 1 || size == 2 || size == 4 || size == 8;
    Json copies = Json::array();
    for (unsigned cpu = 0; cpu < percpu.offsets.size(); ++cpu) {
        VirtAddr const address = kernel->advance(pointer, percpu.offsets[cpu]);
        Json copy = {{"cpu", cpu}, {"address", hex(address)}};
        if (is_number)
            copy["value"] = hex(TRY(kernel->read_unsigned(address, size)));
        copies.push_back(std::move(copy));
    }
    return Json{{"pointer", hex(pointer)}, {"size", size}, {"copies", std::move(copies)}};
}

Reader declare(CLI::App& arguments)
{
    auto const expression = std::make_shared<std::string>();
    arguments.add_option("SYM", *expression, "a per-CPU variable or pointer")->required();
    return [expression](Session& session) { return read(session, *expression); };
}

std::string text(Json const& document)
{
    std::string result = fmt::format("per-CPU pointer {}, {} bytes\n", plain(document["pointer"]),
                                     plain(document["size"]));
    for (Json const& copy : document["copies"])
        result += fmt::format("  CPU {:>2}  {}{}\n", plain(copy["cpu"]), plain(copy["address"]),
                              copy.contains("value") ? "  = " + plain(copy["value"]) : "");
    return result;
}

} // namespace

Command const kPercpu = {"percpu",
                         Group::Kernel,
                         "a per-CPU variable on each CPU",
                         kHelpText,
                         R"({"pointer": "hex", "size": "number",
    "copies": [{"cpu": "number", "address": "hex", "value": "hex?"}]})",
                         declare,
                         text,
                         Completes::Symbols};

} // namespace pagelab::shell
