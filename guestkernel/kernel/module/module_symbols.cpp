// A sorted copy of what is worth keeping of a module's symbol table.
#include "guestkernel/kernel/module/module_symbols.hpp"

#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

using Symbol = native_elf::Symbol;

bool is_worth_keeping(load_info<native_elf> const& info, Symbol const& symbol)
{
    unsigned const type = symbol.info & 0xf;
    return symbol.section != kElfUndefined && symbol.section < info.nr_sections &&
           symbol.section != info.percpu && type != kElfTypeSection && type != kElfTypeFile &&
           info.sections[symbol.section].entry_size != kNotPlaced &&
           symbol_name(info, symbol)[0] != '\0';
}

// nm's letter; capital: for other modules, too.
char letter_of(module const& m, load_info<native_elf> const& info, Symbol const& symbol)
{
    auto const& section = info.sections[symbol.section];
    char const letter = (section.flags & kElfSectionExecute) != 0 ? 't'
                        : section.type == kElfNoBits              ? 'b'
                        : (section.flags & kElfSectionWrite) == 0 ? 'r'
                                                                  : 'd';
    bool exported = false;
    for (unsigned i = 0; i < m.num_syms; i++)
        exported = exported || m.syms[i].value == symbol.value;
    for (unsigned i = 0; i < m.num_gpl_syms; i++)
        exported = exported || m.gpl_syms[i].value == symbol.value;
    return exported ? static_cast<char>(letter - 'a' + 'A') : letter;
}

// Of two names of one address the file's first: a static function's own before its alias
// init_module.
bool is_before(module_symbol const& a, module_symbol const& b)
{
    return a.value != b.value ? a.value < b.value : a.name < b.name;
}

void sort_by_value(module_symbol* symbols, unsigned count)
{
    for (unsigned gap = count / 2; gap > 0; gap /= 2) {
        for (unsigned i = gap; i < count; i++) {
            module_symbol const moved = symbols[i];
            unsigned at = i;
            for (; at >= gap && is_before(moved, symbols[at - gap]); at -= gap)
                symbols[at] = symbols[at - gap];
            symbols[at] = moved;
        }
    }
}

} // namespace

int add_kallsyms(module& m, load_info<native_elf> const& info)
{
    Symbol const* const table = symbol_table(info);
    size_t names = 0;
    unsigned count = 0;
    for (unsigned i = 1; i < symbol_count(info); i++) {
        if (!is_worth_keeping(info, table[i]))
            continue;
        names += strlen(symbol_name(info, table[i])) + 1;
        count++;
    }
    if (count == 0)
        return 0;
    auto* const symbols = static_cast<module_symbol*>(
        kvmalloc(count * sizeof(module_symbol) + names, mm::GFP_KERNEL));
    if (symbols == nullptr)
        return -ENOMEM;
    auto* const strings = reinterpret_cast<char*>(symbols + count);
    m.kallsyms = {symbols, 0, strings};
    unsigned end = 0;
    for (unsigned i = 1; i < symbol_count(info); i++) {
        if (!is_worth_keeping(info, table[i]))
            continue;
        char const* const name = symbol_name(info, table[i]);
        symbols[m.kallsyms.count++] = {static_cast<uintptr_t>(table[i].value), end,
                                       letter_of(m, info, table[i])};
        size_t const size = strlen(name) + 1;
        memcpy(strings + end, name, size);
        end += static_cast<unsigned>(size);
    }
    sort_by_value(symbols, count);
    return 0;
}

void drop_init_kallsyms(module& m)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < m.kallsyms.count; i++) {
        module_symbol const& symbol = m.kallsyms.symbols[i];
        if (!is_within(m.init_layout, symbol.value, m.init_layout.size))
            m.kallsyms.symbols[kept++] = symbol;
    }
    m.kallsyms.count = kept;
}

named_address find_module_symbol(module const& m, uintptr_t address)
{
    bool const in_init = is_within(m.init_layout, address, m.init_layout.text_size);
    module_layout const& layout = in_init ? m.init_layout : m.core_layout;
    if (!is_within(layout, address, layout.text_size))
        return {nullptr, 0, 0};
    auto const end = reinterpret_cast<uintptr_t>(layout.base) + layout.text_size;
    module_symbol const* best = nullptr;
    uintptr_t next = end;
    for (unsigned i = 0; i < m.kallsyms.count; i++) {
        module_symbol const& symbol = m.kallsyms.symbols[i];
        if (!is_within(layout, symbol.value, layout.text_size))
            continue;
        if (symbol.value > address) {
            next = symbol.value;
            break;
        }
        if (best == nullptr || best->value < symbol.value)
            best = &symbol;
    }
    if (best == nullptr)
        return {nullptr, 0, 0};
    return {m.kallsyms.strings + best->name, best->value, next - best->value};
}

void show_module_kallsyms(lib::seq_file& m)
{
    mutex_lock(module_mutex);
    for (module const* mod = first_module(); mod != nullptr; mod = next_module(*mod)) {
        if (mod->state == MODULE_STATE_UNFORMED)
            continue;
        for (unsigned i = 0; i < mod->kallsyms.count; i++) {
            module_symbol const& symbol = mod->kallsyms.symbols[i];
            lib::seq_printf(m, "%p %c %s\t[%s]\n", reinterpret_cast<void*>(symbol.value),
                            symbol.type, mod->kallsyms.strings + symbol.name, mod->name);
        }
    }
    mutex_unlock(module_mutex);
}

} // namespace pagelab::kernel
