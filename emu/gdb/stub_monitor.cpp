// `monitor COMMAND`: the texts of QEMU's monitor that debuggers' scripts ask for and take apart.
//
// Which ones: pwndbg, gef and gdb-pt-dump read `info registers`, `info mem`, `info mtree -f`,
// `gva2gpa`, `gpa2hva` and `xp`. The forms are those of QEMU's monitor/hmp-cmds,
// target/i386/cpu-dump and monitor.
#include <fmt/format.h>

#include "emu/cpu/linear_access.hpp"
#include "emu/gdb/packet.hpp"
#include "emu/gdb/stub.hpp"
#include "emu/mmu/page_tables.hpp"

namespace pagelab::gdb {

namespace {

constexpr char kHelp[] = "info registers | mem | mtree -f | cpus | version\n"
                         "record [off]      keep the past from here on, for reverse-*\n"
                         "gva2gpa ADDRESS   physical address of a virtual one\n"
                         "gpa2hva ADDRESS   where pagelab keeps a physical address\n"
                         "xp/NUMBERxb ADDRESS   bytes of physical memory\n";

constexpr size_t kLongestText = 256 << 10; // of hostile tables no more is said

std::optional<uint64_t> take_address(std::string_view text)
{
    take(text, "0x");
    auto const address = take_hex(text);
    return text.empty() ? address : std::nullopt;
}

std::string describe_segment(char const* name, cpu::Segment const& segment)
{
    return fmt::format("{:<3}={:04x} {:016x} {:08x} {:08x}\n", name, segment.selector, segment.base,
                       segment.limit, segment.attributes);
}

} // namespace

std::string Stub::describe_registers()
{
    cpu::CpuState const state = machine_.registers(cpu_).state;
    constexpr char const* kNames[] = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                      "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};
    constexpr char const* kSegments[] = {"ES", "CS", "SS", "DS", "FS", "GS"};
    std::string text = fmt::format("CPU#{}\n", cpu_);
    for (size_t i = 0; i < state.gpr.size(); ++i)
        text += fmt::format("{}={:016x}{}", kNames[i], state.gpr[i], i % 4 == 3 ? "\n" : " ");
    text += fmt::format("RIP={:016x} RFL={:08x} CPL={}\n", state.rip, state.rflags, state.cpl);
    for (size_t i = 0; i < state.segment.size(); ++i)
        text += describe_segment(kSegments[i], state.segment[i]);
    text += describe_segment("LDT", state.ldt) + describe_segment("TR", state.tr);
    text += fmt::format("GDT=     {:016x} {:08x}\nIDT=     {:016x} {:08x}\n", state.gdt.base,
                        state.gdt.limit, state.idt.base, state.idt.limit);
    text += fmt::format("CR0={:08x} CR2={:016x} CR3={:016x} CR4={:08x}\nEFER={:016x}\n", state.cr0,
                        state.cr2, state.cr3, state.cr4, state.efer);
    return text;
}

std::string Stub::describe_memory() const
{
    std::string text = "FlatView #0\n AS \"memory\", root: system\n Root memory region: system\n";
    for (mem::Region const& region : machine_.memory().regions()) {
        bool const rom = region.kind == mem::Region::Kind::Rom;
        text += fmt::format("  {:016x}-{:016x} (prio 0, {}): {}\n", region.base.value,
                            region.end().value - 1, rom ? "rom" : "ram", rom ? "pc.rom" : "pc.ram");
    }
    return text;
}

// What is mapped, merged where neighbours have the same rights. Whether it can be executed QEMU
// does not say.
std::string Stub::describe_rights()
{
    mmu::Context const context = cpu::paging_context(machine_.registers(cpu_).state);
    if (mmu::paging_mode(context) == mmu::PagingMode::None)
        return "PG disabled\n";
    struct Range {
        uint64_t first = 0, size = 0;
        bool user = false, write = false;
    } pending;
    std::string text;
    auto const end_range = [&] {
        if (pending.size != 0)
            text += fmt::format("{:016x}-{:016x} {:016x} {}r{}\n", pending.first,
                                pending.first + pending.size, pending.size,
                                pending.user ? 'u' : '-', pending.write ? 'w' : '-');
    };
    mmu::read_page_tables(context, machine_.memory(), {}, [&](mmu::PageRun const& run) {
        bool const user = x86::pte::User::is_set(run.flags);
        bool const write = x86::pte::Writable::is_set(run.flags);
        if (run.start.value == pending.first + pending.size && user == pending.user &&
            write == pending.write) {
            pending.size += run.size();
            return true;
        }
        end_range();
        pending = {run.start.value, run.size(), user, write};
        return text.size() < kLongestText;
    });
    end_range();
    return text;
}

// "/16xb 0x1000", after xp.
std::string Stub::examine(std::string_view arguments)
{
    constexpr size_t kMost = 0x1000, kPerLine = 8;
    size_t count = 0;
    if (take(arguments, "/"))
        while (!arguments.empty() && arguments.front() >= '0' && arguments.front() <= '9' &&
               count <= kMost) {
            count = 10 * count + static_cast<size_t>(arguments.front() - '0');
            arguments.remove_prefix(1);
        }
    take(arguments, "xb");
    take(arguments, " ");
    auto const address = take_address(arguments);
    if (!address || count == 0 || count > kMost)
        return "xp/NUMBERxb ADDRESS\n";
    std::vector<std::byte> bytes(count);
    machine_.memory().read(PhysAddr(*address), bytes);
    std::string text;
    for (size_t i = 0; i < count; ++i) {
        if (i % kPerLine == 0)
            text += fmt::format("{}{:016x}:", i == 0 ? "" : "\n", *address + i);
        text += fmt::format(" 0x{:02x}", static_cast<unsigned>(bytes[i]));
    }
    return text + "\n";
}

std::string Stub::monitor(std::string_view digits)
{
    auto const line = from_hex(digits);
    if (!line)
        return "E22";
    std::string_view command = *line;
    std::string text = kHelp;
    if (command == "info registers")
        text = describe_registers();
    else if (command == "info mem")
        text = describe_rights();
    else if (command == "info mtree -f")
        text = describe_memory();
    else if (command == "info version")
        text = "pagelab\n";
    else if (command == "info cpus") {
        text.clear();
        for (unsigned cpu = 0; cpu < machine_.cpus(); ++cpu)
            text +=
                fmt::format("{} CPU #{}: thread_id={}\n", cpu == cpu_ ? '*' : ' ', cpu, cpu + 1);
    } else if (take(command, "gva2gpa ")) {
        auto const address = take_address(command);
        bool const was = std::exchange(physical_, false);
        auto const place = address ? translate(*address) : std::nullopt;
        physical_ = was;
        text = place ? fmt::format("gpa: {:#x}\n", place->value) : "Unmapped\n";
    } else if (take(command, "gpa2hva ")) {
        auto const address = take_address(command);
        auto const host =
            address ? machine_.memory().host_span(PhysAddr(*address)) : std::span<std::byte>();
        text = host.empty() ? "No memory is mapped at this address\n"
                            : fmt::format("Host virtual address for {:#x} (pc.ram) is {:#x}\n",
                                          *address, reinterpret_cast<uintptr_t>(host.data()));
    } else if (take(command, "record")) {
        text = record(command);
    } else if (take(command, "xp")) {
        text = examine(command);
    }
    return to_hex(text);
}

} // namespace pagelab::gdb
