// Names for code addresses.
#include "guestkernel/kernel/kallsyms.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/module_symbols.hpp"
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

char const* print_module_symbol(char* buffer, uintptr_t address)
{
    module const* const m = module_at(address);
    named_address const symbol =
        m != nullptr ? find_module_symbol(*m, address) : named_address{nullptr, 0, 0};
    if (symbol.name == nullptr)
        lib::snprintf(buffer, kSymbolTextSize, "0x%lx", static_cast<unsigned long>(address));
    else
        lib::snprintf(buffer, kSymbolTextSize, "%s+0x%lx/0x%lx [%s]", symbol.name,
                      static_cast<unsigned long>(address - symbol.start),
                      static_cast<unsigned long>(symbol.size), m->name);
    return buffer;
}

} // namespace

bool is_text_address(uintptr_t address)
{
    return arch::is_kernel_text(address) || is_module_text(address);
}

char const* sprint_symbol(char* buffer, uintptr_t address)
{
    auto const text = reinterpret_cast<uintptr_t>(_text);
    if (!arch::is_kernel_text(address) || kallsyms_count == 0)
        return print_module_symbol(buffer, address);
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
    lib::snprintf(buffer, kSymbolTextSize, "%s+0x%x/0x%x",
                  kallsyms_names + kallsyms_name_offsets[low], offset - kallsyms_offsets[low],
                  next - kallsyms_offsets[low]);
    return buffer;
}

void show_kallsyms(lib::seq_file& m)
{
    for (uint32_t i = 0; i < kallsyms_count; i++)
        lib::seq_printf(m, "%p %c %s\n", static_cast<void*>(_text + kallsyms_offsets[i]),
                        kallsyms_types[i], kallsyms_names + kallsyms_name_offsets[i]);
    show_module_kallsyms(m);
}

} // namespace pagelab::kernel
