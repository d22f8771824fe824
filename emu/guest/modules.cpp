// A list of structs, and two tables of each.
#include "emu/guest/modules.hpp"

#include "emu/guest/list_walk.hpp"

namespace pagelab::guest {

namespace {

constexpr size_t kMaxModules = 4096;
constexpr uint64_t kMaxEntries = 100'000; // of a module's tables
constexpr size_t kMaxName = 64;
constexpr size_t kMaxSymbolName = 512;

class Reader {
  public:
    explicit Reader(KernelView const& view) : view_(view) {}

    Result<Module> read(VirtAddr address) const
    {
        Module m;
        m.address = address;
        VirtAddr const name = TRY(view_.field_address(address, "module", "name"));
        m.name = TRY(view_.read_string(name, kMaxName));
        uint64_t const state = TRY(field(address, "state"));
        m.state = state <= 3 ? static_cast<ModuleState>(state) : ModuleState::Unformed;
        m.core = TRY(read_piece(address, "core_layout"));
        m.init = TRY(read_piece(address, "init_layout"));
        m.users = static_cast<int64_t>(TRY(field(address, "refcnt"))) - 1;
        return m;
    }

    Result<> read_tables(Module& m) const
    {
        uint64_t const nr_sections = TRY(field(m.address, "nr_sections"));
        uint64_t const nr_symbols = TRY(field(m.address, "kallsyms.count"));
        if (nr_sections > kMaxEntries || nr_symbols > kMaxEntries)
            return fail("tables of {} and {} entries", nr_sections, nr_symbols);
        TRY(read_sections(m, nr_sections));
        return read_symbols(m, nr_symbols);
    }

  private:
    Result<uint64_t> field(VirtAddr address, std::string_view path) const
    {
        return view_.read_field(address, "module", path);
    }

    Result<ModulePiece> read_piece(VirtAddr address, std::string_view layout) const
    {
        ModulePiece piece;
        piece.base = VirtAddr(TRY(field(address, fmt::format("{}.base", layout))));
        piece.size = TRY(field(address, fmt::format("{}.size", layout)));
        piece.text_size = TRY(field(address, fmt::format("{}.text_size", layout)));
        return piece;
    }

    Result<> read_sections(Module& m, uint64_t count) const
    {
        VirtAddr const table(TRY(field(m.address, "sections")));
        uint64_t const size = TRY(view_.types().size_of("module_section"));
        for (uint64_t i = 0; i < count; i++) {
            VirtAddr const entry = view_.advance(table, i * size);
            VirtAddr const name(TRY(view_.read_field(entry, "module_section", "name")));
            VirtAddr const address(TRY(view_.read_field(entry, "module_section", "address")));
            m.sections.push_back({TRY(view_.read_string(name, kMaxSymbolName)), address});
        }
        return {};
    }

    Result<> read_symbols(Module& m, uint64_t count) const
    {
        VirtAddr const table(TRY(field(m.address, "kallsyms.symbols")));
        VirtAddr const strings(TRY(field(m.address, "kallsyms.strings")));
        uint64_t const size = TRY(view_.types().size_of("module_symbol"));
        for (uint64_t i = 0; i < count; i++) {
            VirtAddr const entry = view_.advance(table, i * size);
            VirtAddr const address(TRY(view_.read_field(entry, "module_symbol", "value")));
            uint64_t const name = TRY(view_.read_field(entry, "module_symbol", "name"));
            if (!m.symbols.empty() && address < m.symbols.back().address)
                return fail("symbols are out of order at entry {}", i);
            VirtAddr const text = view_.advance(strings, name);
            m.symbols.push_back({address, TRY(view_.read_string(text, kMaxSymbolName))});
        }
        return {};
    }

    KernelView const& view_;
};

bool is_within(ModulePiece const& piece, VirtAddr address, uint64_t size)
{
    return address >= piece.base && address - piece.base < size;
}

// The function of a piece's text around an address.
std::optional<std::string> describe_text(Module const& m, ModulePiece const& piece,
                                         VirtAddr address)
{
    ModuleSymbol const* function = nullptr;
    VirtAddr end = piece.base + piece.text_size;
    for (ModuleSymbol const& symbol : m.symbols) {
        if (!is_within(piece, symbol.address, piece.text_size))
            continue;
        if (symbol.address > address) {
            end = symbol.address;
            break;
        }
        if (function == nullptr || function->address < symbol.address)
            function = &symbol;
    }
    if (function == nullptr)
        return std::nullopt;
    return fmt::format("{}+{:#x}/{:#x} [{}]", function->name, address - function->address,
                       end - function->address, m.name);
}

} // namespace

Result<ModuleReport> read_modules(KernelView const& view)
{
    auto const head = TRY(view.types().variable("modules")).address;
    auto const link = TRY(view.types().member("module", "list"));
    ModuleReport report;
    ListWalk const walk = list_walk(view, head, kMaxModules);
    if (walk.damage)
        note(report.damage, *walk.damage);
    Reader const reader(view);
    for (VirtAddr const node : walk.nodes) {
        VirtAddr const address = view.advance(node, -link.offset);
        auto m = reader.read(address);
        if (!m) {
            note(report.damage, {"unreadable struct module", address, 0, 0});
            continue;
        }
        if (m->state != ModuleState::Unformed && !reader.read_tables(*m))
            note(report.damage, {"unreadable sections or symbols of a module", address, 0, 0});
        report.modules.push_back(std::move(*m));
    }
    return report;
}

Module const* module_at(ModuleReport const& report, VirtAddr address)
{
    for (Module const& m : report.modules) {
        if (is_within(m.core, address, m.core.size) || is_within(m.init, address, m.init.size))
            return &m;
    }
    return nullptr;
}

std::optional<std::string> describe(ModuleReport const& report, VirtAddr address)
{
    Module const* const m = module_at(report, address);
    if (m == nullptr)
        return std::nullopt;
    ModulePiece const& piece = is_within(m->init, address, m->init.size) ? m->init : m->core;
    if (is_within(piece, address, piece.text_size)) {
        if (auto text = describe_text(*m, piece, address))
            return text;
    }
    return fmt::format("{}+{:#x} [{}]", m->name, address - piece.base, m->name);
}

} // namespace pagelab::guest
