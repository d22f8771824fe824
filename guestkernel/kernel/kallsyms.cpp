// Names for code addresses.
#include "guestkernel/kernel/kallsyms.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_symbols.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/lib/format.hpp"

// The generated table: entry i's function starts kallsyms_offsets[i] bytes after _text; its name
// starts at kallsyms_names + kallsyms_name_offsets[i], its type is nm's letter kallsyms_types[i].
extern "C" uint32_t const kallsyms_count;
extern "C" uint32_t const kallsyms_offsets[];
extern "C" uint32_t const kallsyms_name_offsets[];
extern "C" char const kallsyms_types[];
extern "C" char const kallsyms_names[];

namespace pagelab::kernel {

namespace {

struct symbol {
    char const* name; // null: in no function
    uintptr_t start;
    uintptr_t size;
    char const* module; // null: of the kernel
};

symbol find_in_module(uintptr_t address)
{
    module const* const m = module_at(address);
    if (m == nullptr)
        return {};
    named_address const found = find_module_symbol(*m, address);
    return {found.name, found.start, found.size, m->name};
}

symbol find_symbol(uintptr_t address)
{
    auto const text = reinterpret_cast<uintptr_t>(_text);
    if (!arch::is_kernel_text(address) || kallsyms_count == 0)
        return find_in_module(address);
    auto const offset = static_cast<uint32_t>(address - text);
    uint32_t low = 0; // the last entry at or below `offset` is in [low, high)
    uint32_t high = kallsyms_count;
    while (high - low > 1) {
        uint32_t const middle = low + (high - low) / 2;
        if (kallsyms_offsets[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    auto const end = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(_etext) - text);
    uint32_t const next = low + 1 < kallsyms_count ? kallsyms_offsets[low + 1] : end;
    return {kallsyms_names + kallsyms_name_offsets[low], text + kallsyms_offsets[low],
            next - kallsyms_offsets[low], nullptr};
}

enum class offsets { shown, hidden };

// Of the function around `address` - `back`, which the offset does not tell.
char const* print(char* buffer, uintptr_t address, uintptr_t back, offsets shown)
{
    rcu_guard const guard;
    symbol const found = find_symbol(address - back);
    if (found.name == nullptr) {
        lib::snprintf(buffer, kSymbolTextSize, "0x%lx", static_cast<unsigned long>(address));
        return buffer;
    }
    int length = lib::snprintf(buffer, kSymbolTextSize, "%s", found.name);
    auto const put = [&](char const* format, auto... values) {
        if (length < static_cast<int>(kSymbolTextSize))
            length += lib::snprintf(buffer + length, kSymbolTextSize - static_cast<size_t>(length),
                                    format, values...);
    };
    if (shown == offsets::shown)
        put("+0x%lx/0x%lx", static_cast<unsigned long>(address - found.start),
            static_cast<unsigned long>(found.size));
    if (found.module != nullptr)
        put(" [%s]", found.module);
    return buffer;
}

} // namespace

bool is_text_address(uintptr_t address)
{
    return arch::is_kernel_text(address) || is_module_text(address);
}

char const* sprint_symbol(char* buffer, uintptr_t address)
{
    return print(buffer, address, 0, offsets::shown);
}

char const* sprint_symbol_no_offset(char* buffer, uintptr_t address)
{
    return print(buffer, address, 0, offsets::hidden);
}

char const* sprint_backtrace(char* buffer, uintptr_t address)
{
    return print(buffer, address, 1, offsets::shown);
}

void show_kallsyms(lib::seq_file& m)
{
    for (uint32_t i = 0; i < kallsyms_count; i++)
        lib::seq_printf(m, "%p %c %s\n", static_cast<void*>(_text + kallsyms_offsets[i]),
                        kallsyms_types[i], kallsyms_names + kallsyms_name_offsets[i]);
    show_module_kallsyms(m);
}

} // namespace pagelab::kernel
