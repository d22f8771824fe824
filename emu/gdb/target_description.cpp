// Numbers are positions in the table: GDB counts them as it reads the description.
#include "emu/gdb/target_description.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace pagelab::gdb {

namespace {

using cpu::CpuRegisters;

constexpr char kCore[] = "org.gnu.gdb.i386.core", kSse[] = "org.gnu.gdb.i386.sse";
constexpr char kSegments[] = "org.gnu.gdb.i386.segments", kSystem[] = "org.pagelab.system";

// Intel SDM volume 1, section 3.4.3.
constexpr char kFlags[] = R"(<flags id="i386_eflags" size="4">
<field name="CF" start="0" end="0"/><field name="PF" start="2" end="2"/>
<field name="AF" start="4" end="4"/><field name="ZF" start="6" end="6"/>
<field name="SF" start="7" end="7"/><field name="TF" start="8" end="8"/>
<field name="IF" start="9" end="9"/><field name="DF" start="10" end="10"/>
<field name="OF" start="11" end="11"/><field name="NT" start="14" end="14"/>
<field name="RF" start="16" end="16"/><field name="VM" start="17" end="17"/>
<field name="AC" start="18" end="18"/></flags>
)";

template<class T>
std::span<std::byte> bytes_of(T& value)
{
    return std::as_writable_bytes(std::span(&value, 1));
}

class Table {
  public:
    template<class Find>
    void add(char const* feature, std::string name, char const* type, size_t bytes, Find find)
    {
        entries.push_back({feature, std::move(name), type, bytes,
                           [find](CpuRegisters& all) { return bytes_of(find(all)); }});
    }
    void add_absent(std::string name)
    {
        entries.push_back({kCore, std::move(name), "int", 4,
                           [](CpuRegisters&) { return std::span<std::byte>(); }});
    }
    std::vector<RegisterEntry> entries;
};

void add_general(Table& table, Architecture architecture)
{
    // GDB's order is not the instructions'.
    constexpr std::array kOrder64 = {cpu::Rax, cpu::Rbx, cpu::Rcx, cpu::Rdx,
                                     cpu::Rsi, cpu::Rdi, cpu::Rbp, cpu::Rsp};
    constexpr std::array kNames64 = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp"};
    constexpr std::array kNames32 = {"eax", "ecx", "edx", "ebx", "esp", "ebp", "esi", "edi"};
    bool const wide = architecture == Architecture::X86_64;
    size_t const bytes = wide ? 8 : 4;
    for (size_t i = 0; i < (wide ? 16 : 8); ++i) {
        size_t const index = wide && i < 8 ? size_t{kOrder64[i]} : i;
        std::string const name = i >= 8 ? fmt::format("r{}", i) : wide ? kNames64[i] : kNames32[i];
        bool const pointer = index == cpu::Rsp || index == cpu::Rbp;
        table.add(
            kCore, name,
            pointer ? "data_ptr"
            : wide  ? "int64"
                    : "int32",
            bytes, [index](CpuRegisters & all) -> auto& { return all.state.gpr[index]; });
    }
    table.add(
        kCore, wide ? "rip" : "eip", "code_ptr", bytes,
        [](CpuRegisters & all) -> auto& { return all.state.rip; });
    table.add(
        kCore, "eflags", "i386_eflags", 4,
        [](CpuRegisters & all) -> auto& { return all.state.rflags; });
    constexpr std::array kSelectors = {std::pair("cs", cpu::Cs), std::pair("ss", cpu::Ss),
                                       std::pair("ds", cpu::Ds), std::pair("es", cpu::Es),
                                       std::pair("fs", cpu::Fs), std::pair("gs", cpu::Gs)};
    for (auto const& [name, index] : kSelectors)
        table.add(
            kCore, name, "int32", 4, [index = index](CpuRegisters & all) -> auto& {
                return all.state.segment[index].selector;
            });
}

void add_float(Table& table, Architecture architecture)
{
    for (size_t i = 0; i < 8; ++i)
        table.add(
            kCore, fmt::format("st{}", i), "i387_ext",
            10, [i](CpuRegisters & all) -> auto& { return all.fpu.st[i]; });
    table.add(
        kCore, "fctrl", "int", 4, [](CpuRegisters & all) -> auto& { return all.fpu.control; });
    table.add(
        kCore, "fstat", "int", 4, [](CpuRegisters & all) -> auto& { return all.fpu.status; });
    table.add(
        kCore, "ftag", "int", 4, [](CpuRegisters & all) -> auto& { return all.fpu.tags; });
    for (char const* name : {"fiseg", "fioff", "foseg", "fooff", "fop"})
        table.add_absent(name);
    for (size_t i = 0; i < (architecture == Architecture::X86_64 ? 16 : 8); ++i)
        table.add(
            kSse, fmt::format("xmm{}", i), "uint128",
            16, [i](CpuRegisters & all) -> auto& { return all.fpu.xmm[i]; });
    table.add(
        kSse, "mxcsr", "int", 4, [](CpuRegisters & all) -> auto& { return all.fpu.mxcsr; });
}

void add_system(Table& table, Architecture architecture)
{
    if (architecture == Architecture::X86_64) {
        for (auto const& [name, index] :
             {std::pair("fs_base", cpu::Fs), std::pair("gs_base", cpu::Gs)})
            table.add(
                kSegments, name, "int64", 8, [index = index](CpuRegisters & all) -> auto& {
                    return all.state.segment[index].base;
                });
        table.add(
            kSystem, "k_gs_base", "int64", 8,
            [](CpuRegisters & all) -> auto& { return all.msr.kernel_gs_base; });
    }
    using cpu::CpuState;
    constexpr std::array kState = {
        std::pair("cr0", &CpuState::cr0), std::pair("cr2", &CpuState::cr2),
        std::pair("cr3", &CpuState::cr3), std::pair("cr4", &CpuState::cr4)};
    for (auto const& [name, member] : kState)
        table.add(
            kSystem, name, "int64",
            8, [member = member](CpuRegisters & all) -> auto& { return all.state.*member; });
    table.add(
        kSystem, "cr8", "int64", 8, [](CpuRegisters & all) -> auto& { return all.cr8; });
    table.add(
        kSystem, "efer", "int64", 8, [](CpuRegisters & all) -> auto& { return all.state.efer; });
}

std::vector<RegisterEntry> make_table(Architecture architecture)
{
    Table table;
    add_general(table, architecture);
    add_float(table, architecture);
    add_system(table, architecture);
    return table.entries;
}

} // namespace

std::vector<RegisterEntry> const& registers_of(Architecture architecture)
{
    static auto const narrow = make_table(Architecture::I386);
    static auto const wide = make_table(Architecture::X86_64);
    return architecture == Architecture::I386 ? narrow : wide;
}

std::string read_register(RegisterEntry const& entry, CpuRegisters registers)
{
    auto const place = entry.place(registers);
    std::string bytes(entry.bytes, '\0');
    std::ranges::copy(place.first(std::min(place.size(), bytes.size())),
                      std::as_writable_bytes(std::span(bytes)).begin());
    return bytes;
}

void write_register(RegisterEntry const& entry, std::string_view bytes, CpuRegisters& registers)
{
    auto const place = entry.place(registers);
    std::ranges::copy(std::as_bytes(std::span(bytes)).first(std::min(place.size(), bytes.size())),
                      place.begin());
}

std::string describe_target(Architecture architecture)
{
    std::string xml = "<?xml version=\"1.0\"?><!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n";
    xml += fmt::format("<target version=\"1.0\"><architecture>{}</architecture>\n",
                       architecture == Architecture::I386 ? "i386" : "i386:x86-64");
    std::string feature;
    for (RegisterEntry const& entry : registers_of(architecture)) {
        if (entry.feature != feature) {
            xml += feature.empty() ? "" : "</feature>\n";
            feature = entry.feature;
            xml += fmt::format("<feature name=\"{}\">\n", feature);
            xml += feature == kCore ? kFlags : "";
        }
        xml += fmt::format("<reg name=\"{}\" bitsize=\"{}\" type=\"{}\"/>\n", entry.name,
                           8 * entry.bytes, entry.type);
    }
    return xml + "</feature></target>\n";
}

} // namespace pagelab::gdb
