// A module's memory, and what its sections mean to the kernel.
//
// Source: Linux 6.1 kernel/module/main.c: layout_and_allocate, percpu_modalloc, resolve_symbol,
// find_module_sections.
#include "guestkernel/kernel/module/build_module.hpp"

#include "guestkernel/lib/bug.hpp"
#include "guestkernel/arch/x86/extable.hpp"
#include "guestkernel/kernel/module/module_list.hpp"
#include "guestkernel/kernel/module/params.hpp"
#include "guestkernel/kernel/module/references.hpp"
#include "guestkernel/kernel/percpu.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

using Info = load_info<native_elf>;

int allocate_piece(module_piece<native_elf>& piece)
{
    if (piece.size == 0)
        return 0;
    piece.bytes = static_cast<char*>(module_alloc(piece.size));
    if (piece.bytes == nullptr)
        return -ENOMEM;
    memset(piece.bytes, 0, piece.size);
    piece.address = reinterpret_cast<uintptr_t>(piece.bytes);
    return 0;
}

module_layout layout_of(module_piece<native_elf> const& piece)
{
    return {piece.bytes, piece.size, piece.text_size, piece.ro_size, piece.ro_after_init_size};
}

// The copy in the module's memory: only what lies above the loader's part is the file's.
module* find_this_module(Info const& info)
{
    auto* const m = reinterpret_cast<module*>(section_bytes(info, info.sections[info.this_module]));
    constexpr size_t kOurs = offsetof(module, exit) + sizeof(m->exit);
    memset(reinterpret_cast<char*>(m) + kOurs, 0, kModuleSize - kOurs);
    memset(m->name, 0, sizeof(m->name));
    memcpy(m->name, info.name, strlen(info.name));
    m->state = MODULE_STATE_UNFORMED;
    m->core_layout = layout_of(info.core);
    m->init_layout = layout_of(info.init);
    return m;
}

// What a table in the module's memory points to must be a string there.
bool is_string_of(module const& m, char const* text)
{
    auto const address = reinterpret_cast<uintptr_t>(text);
    auto const base = reinterpret_cast<uintptr_t>(m.core_layout.base);
    for (uintptr_t at = address; is_within(m.core_layout, at, m.core_layout.size); at++) {
        if (*reinterpret_cast<char const*>(at) == '\0')
            return address >= base;
    }
    return false;
}

// A section's contents as an array; the number of its elements, 0 if it is not aligned for them.
template<class T>
T* section_objects(Info const& info, char const* name, unsigned* count, size_t align = alignof(T))
{
    unsigned const index = find_section(info, name);
    *count = 0;
    if (index == 0 || info.sections[index].entry_size == kNotPlaced ||
        section_address(info, info.sections[index]) % align != 0)
        return nullptr;
    *count = static_cast<unsigned>(info.sections[index].size / sizeof(T));
    return reinterpret_cast<T*>(section_bytes(info, info.sections[index]));
}

struct asker {
    module& m;
    symbol_license license;
};

int resolve_symbol(void* context, char const* name, native_elf::Address* value)
{
    asker const& from = *static_cast<asker*>(context);
    exported_symbol const found = find_symbol(name, from.license);
    if (found.symbol == nullptr)
        return -ENOENT;
    if (found.owner != nullptr) {
        if (int const error = ref_module(from.m, *found.owner); error != 0)
            return error;
    }
    *value = found.symbol->value;
    return 0;
}

} // namespace

int layout_and_allocate(Info& info, module** m)
{
    if (int const error = layout_sections(info); error != 0)
        return error;
    if (int const error = allocate_piece(info.core); error != 0)
        return error;
    if (int const error = allocate_piece(info.init); error != 0) {
        vfree(info.core.bytes);
        return error;
    }
    move_module(info);
    *m = find_this_module(info);
    return 0;
}

int add_unformed_module(module& m)
{
    module_unload_init(m);
    bool const exists = find_module(m.name) != nullptr;
    list_add_rcu(m.list, modules);
    return exists ? -EEXIST : 0;
}

int percpu_modalloc(module& m, Info& info)
{
    if (info.percpu == 0 || info.sections[info.percpu].size == 0)
        return 0;
    auto const& section = info.sections[info.percpu];
    m.percpu = __alloc_reserved_percpu(static_cast<size_t>(section.size),
                                       static_cast<size_t>(section.alignment));
    if (m.percpu == nullptr) {
        printk(log_level::warning, "%s: Could not allocate %lu bytes percpu data\n", info.name,
               static_cast<unsigned long>(section.size));
        return -ENOMEM;
    }
    m.percpu_size = static_cast<unsigned>(section.size);
    info.percpu_address = reinterpret_cast<uintptr_t>(m.percpu);
    return 0;
}

void percpu_modcopy(module const& m, Info const& info)
{
    if (m.percpu != nullptr && info.sections[info.percpu].type != kElfNoBits)
        fill_percpu(m.percpu, info.file + info.sections[info.percpu].offset, m.percpu_size);
}

int resolve_symbols(module& m, Info& info)
{
    bool const proprietary = (m.taints & 1ul << mm::TAINT_PROPRIETARY_MODULE) != 0;
    asker from = {m, proprietary ? symbol_license::any : symbol_license::gpl};
    return simplify_symbols(info, {resolve_symbol, &from});
}

int find_module_sections(module& m, Info const& info)
{
    m.kp = section_objects<kernel_param>(info, "__param", &m.num_kp);
    m.syms = section_objects<kernel_symbol>(info, "__ksymtab", &m.num_syms);
    m.gpl_syms = section_objects<kernel_symbol>(info, "__ksymtab_gpl", &m.num_gpl_syms);
    // Assemblers align it to nothing.
    m.bug_table = section_objects<lib::bug_entry>(info, "__bug_table", &m.num_bugs, 1);
    m.extable =
        section_objects<arch::exception_table_entry const>(info, "__ex_table", &m.num_exentries, 4);
    bool good = true;
    for (unsigned i = 0; i < m.num_kp; i++)
        good = good && is_string_of(m, m.kp[i].name) && m.kp[i].ops != nullptr;
    for (unsigned i = 0; i < m.num_syms; i++)
        good = good && is_string_of(m, m.syms[i].name);
    for (unsigned i = 0; i < m.num_gpl_syms; i++)
        good = good && is_string_of(m, m.gpl_syms[i].name);
    if (good)
        return 0;
    m.num_kp = m.num_syms = m.num_gpl_syms = 0; // not to be looked at again
    printk(log_level::err, "%s: Invalid symbol or parameter table\n", m.name);
    return -ENOEXEC;
}

} // namespace pagelab::kernel
