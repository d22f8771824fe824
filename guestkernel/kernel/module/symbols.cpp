// Symbols to addresses: those of the module by where its sections went, the others by asking.
//
// Source: Linux 6.1 kernel/module/main.c (simplify_symbols, resolve_symbol_wait).
#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/errno.hpp"

namespace pagelab::kernel {

namespace {

template<class Elf>
int resolve_undefined(load_info<Elf> const& info, typename Elf::Symbol& symbol,
                      symbol_source<Elf> const& source)
{
    char const* const name = symbol_name(info, symbol);
    typename Elf::Address value = 0;
    int const error = source.resolve(source.context, name, &value);
    bool const is_weak = symbol.info >> 4 == kElfBindWeak;
    if (error != 0 && !(error == -ENOENT && is_weak)) {
        printk(log_level::warning, "%s: Unknown symbol %s (err %d)\n", info.name, name, error);
        return error;
    }
    symbol.value = value;
    return 0;
}

template<class Elf>
int simplify_symbol(load_info<Elf>& info, typename Elf::Symbol& symbol,
                    symbol_source<Elf> const& source)
{
    if (symbol_name(info, symbol) == nullptr) {
        printk(log_level::err, "%s: Invalid symbol name\n", info.name);
        return -ENOEXEC;
    }
    switch (symbol.section) {
    case kElfCommon:
        printk(log_level::warning, "%s: please compile with -fno-common\n", info.name);
        return -ENOEXEC;
    case kElfAbsolute:
        return 0;
    case kElfUndefined:
        return resolve_undefined(info, symbol, source);
    default:
        break;
    }
    if (symbol.section >= info.nr_sections) {
        printk(log_level::err, "%s: Invalid symbol section (%u)\n", info.name,
               unsigned{symbol.section});
        return -ENOEXEC;
    }
    auto const& section = info.sections[symbol.section];
    if (symbol.section == info.percpu)
        symbol.value += info.percpu_address;
    else if (section.entry_size != kNotPlaced)
        symbol.value += section_address(info, section);
    return 0;
}

} // namespace

template<class Elf>
int simplify_symbols(load_info<Elf>& info, symbol_source<Elf> const& source)
{
    int result = 0;
    auto* const symbols = symbol_table(info);
    for (unsigned i = 1; i < symbol_count(info); i++) {
        int const error = simplify_symbol(info, symbols[i], source);
        if (error == -ENOEXEC)
            return error;
        if (error != 0)
            result = error; // go on: every unknown symbol is named
    }
    return result;
}

#define INSTANTIATE(Elf) template int simplify_symbols(load_info<Elf>&, symbol_source<Elf> const&);
FOR_EACH_ELF_CLASS(INSTANTIATE)

} // namespace pagelab::kernel
