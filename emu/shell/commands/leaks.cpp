// leaks: objects in use that nothing points to.
#include "emu/guest/leaks.hpp"

#include <algorithm>
#include <span>

#include "emu/shell/cap.hpp"
#include "emu/shell/commands/commands.hpp"
#include "emu/shell/kernel_index.hpp"

namespace pagelab::shell {

namespace {

constexpr char kHelpText[] = R"(Mark and sweep over raw memory; the guest takes no part in it:

  registers, .data, .bss, per-CPU copies, live parts of stacks
      -> object -> object -> ...        every aligned word that points into an object reaches it
         object    object               in use, and never reached: leaked

Objects are those of slabs (SLUB, SLAB), vmalloc areas, and compound blocks (large kmalloc). Who
allocated one is known with slub_debug=U. A number that looks like a pointer may hide a leak.

EXAMPLES
  leaks
  leaks --json | jq '[.leaks[] | .kind] | group_by(.) | map({(.[0]): length})'
)";

Json describe(guest::KernelIndex const& index, guest::Leak const& leak)
{
    Json bytes = Json::array();
    for (std::byte const byte : std::span(leak.bytes).first(std::min<uint64_t>(32, leak.size)))
        bytes.push_back(std::to_integer<unsigned>(byte));
    Json stack = Json::array();
    for (VirtAddr const frame : leak.stack)
        stack.push_back(code_name(index, frame));
    Json result = {{"address", hex(leak.address)},
                   {"size", leak.size},
                   {"kind", leak.kind},
                   {"bytes", std::move(bytes)},
                   {"stack", std::move(stack)}};
    if (leak.allocated) {
        result["pid"] = leak.allocated->pid;
        result["when"] = leak.allocated->when;
        result["by"] = code_name(index, leak.allocated->caller);
    }
    return result;
}

Result<Json> read(Session& session, uint64_t cap)
{
    guest::KernelView const* const kernel = TRY(session.target().kernel());
    guest::KernelIndex const* const index = TRY(kernel_index(session));
    cpu::CpuState const state = session.target().state();
    std::vector<uint64_t> const registers(state.gpr.begin(), state.gpr.end());
    guest::LeakReport const report =
        TRY(guest::find_leaks(*kernel, *index, registers, [&](uint64_t scanned) {
            return session.progress().step(scanned, 0);
        }));
    Json leaks = Json::array();
    uint64_t bytes = 0;
    for (guest::Leak const& leak : report.leaks) {
        bytes += leak.size;
        if (!is_beyond(cap, leaks.size()))
            leaks.push_back(describe(*index, leak));
    }
    return Json{{"leaks", std::move(leaks)},
                {"nr_leaks", report.leaks.size()},
                {"bytes", bytes},
                {"objects", report.objects},
                {"scanned", report.scanned}};
}

Reader declare(CLI::App& arguments)
{
    auto const cap = add_cap(arguments, 64);
    return [cap](Session& session) { return read(session, *cap); };
}

std::string dump_line(std::vector<unsigned> const& bytes, size_t first)
{
    std::string digits;
    std::string letters;
    for (size_t i = first; i < std::min(first + 16, bytes.size()); ++i) {
        digits += fmt::format("{:02x} ", bytes[i]);
        letters += bytes[i] >= 0x20 && bytes[i] < 0x7f ? static_cast<char>(bytes[i]) : '.';
    }
    return fmt::format("    {:<48} {}\n", digits, letters);
}

std::string text(Json const& document)
{
    std::string result;
    for (Json const& leak : document["leaks"]) {
        result += fmt::format("unreferenced object {} (size {}): {}\n", plain(leak["address"]),
                              plain(leak["size"]), plain(leak["kind"]));
        if (leak.contains("by"))
            result += fmt::format("  by {}, pid {}, jiffies {}\n", plain(leak["by"]),
                                  plain(leak["pid"]), plain(leak["when"]));
        std::vector<unsigned> const bytes = leak["bytes"];
        result += fmt::format("  hex dump (first {} bytes):\n", bytes.size());
        for (size_t i = 0; i < bytes.size(); i += 16)
            result += dump_line(bytes, i);
        if (!leak["stack"].empty())
            result += "  backtrace:\n";
        for (Json const& frame : leak["stack"])
            result += fmt::format("    {}\n", plain(frame));
    }
    return result + cut_note(document["leaks"].size(), number(document["nr_leaks"])) +
           fmt::format("{} of {} objects are not referenced, {} bytes; {} bytes were read\n",
                       plain(document["nr_leaks"]), plain(document["objects"]),
                       plain(document["bytes"]), plain(document["scanned"]));
}

} // namespace

Command const kLeaks = {
    "leaks",
    Group::History,
    "objects in use that nothing points to",
    kHelpText,
    R"({"leaks": [{"address": "hex", "size": "number", "kind": "string", "bytes": ["number"],
    "stack": ["string"], "pid": "number?", "when": "number?", "by": "string?"}],
    "nr_leaks": "number", "bytes": "number", "objects": "number", "scanned": "number"})",
    declare,
    text};

} // namespace pagelab::shell
