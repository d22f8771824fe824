// Relocations: the places that know addresses get them.
//
// Source: Linux 6.1 arch/x86/kernel/module.c (apply_relocate, apply_relocate_add),
// kernel/module/main.c (apply_relocations); the psABI supplements named in abi/boot/elf_object.hpp.
#include "guestkernel/kernel/module/load_info.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/lib/errno.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

// A place in the module, and the width of what is there.
template<class Elf>
struct target {
    char* bytes;
    typename Elf::Address address;
    uint64_t room; // bytes up to the section's end
};

template<class T>
T load(char const* bytes)
{
    T value;
    memcpy(&value, bytes, sizeof(value));
    return value;
}

template<class T>
void store(char* bytes, T value)
{
    memcpy(bytes, &value, sizeof(value));
}

int past_the_end(char const* name)
{
    printk(log_level::err, "%s: Invalid relocation target, past the end of its section\n", name);
    return -ENOEXEC;
}

[[maybe_unused]] int relocate(load_info<Elf32Object> const& info, Elf32Relocation const& relocation,
                              target<Elf32Object> const& place, uint32_t value)
{
    uint32_t const type = relocation.type();
    if (type != R_386_32 && type != R_386_PC32 && type != R_386_PLT32) {
        if (type == R_386_NONE)
            return 0;
        printk(log_level::err, "%s: Unknown relocation: %u\n", info.name, type);
        return -ENOEXEC;
    }
    if (place.room < sizeof(uint32_t))
        return past_the_end(info.name);
    uint32_t const base = type == R_386_32 ? 0 : place.address;
    store(place.bytes, load<uint32_t>(place.bytes) + value - base);
    return 0;
}

int overflow(load_info<Elf64Object> const& info, uint32_t type, uint64_t value)
{
    printk(log_level::err, "overflow in relocation type %u val %llx\n", type,
           static_cast<unsigned long long>(value));
    printk(log_level::err, "`%s' likely not compiled with -mcmodel=kernel\n", info.name);
    return -ENOEXEC;
}

template<class T>
int store_once(target<Elf64Object> const& place, uint32_t type, T value)
{
    if (load<T>(place.bytes) != 0) {
        printk(log_level::err,
               "x86/modules: Skipping invalid relocation target, existing value is nonzero for "
               "type %u, loc %llx, val %llx\n",
               type, static_cast<unsigned long long>(place.address),
               static_cast<unsigned long long>(value));
        return -ENOEXEC;
    }
    store(place.bytes, value);
    return 0;
}

[[maybe_unused]] int relocate(load_info<Elf64Object> const& info, Elf64Relocation const& relocation,
                              target<Elf64Object> const& place, uint64_t value)
{
    uint32_t const type = relocation.type();
    value += static_cast<uint64_t>(relocation.addend);
    if (type == R_X86_64_PC32 || type == R_X86_64_PLT32 || type == R_X86_64_PC64)
        value -= place.address;
    bool const is_wide = type == R_X86_64_64 || type == R_X86_64_PC64;
    if (type != R_X86_64_NONE && place.room < (is_wide ? sizeof(uint64_t) : sizeof(uint32_t)))
        return past_the_end(info.name);
    auto const low = static_cast<uint32_t>(value);
    auto const sign_extended =
        static_cast<uint64_t>(static_cast<int64_t>(static_cast<int32_t>(low)));
    switch (type) {
    case R_X86_64_NONE:
        return 0;
    case R_X86_64_64:
    case R_X86_64_PC64:
        return store_once(place, type, value);
    case R_X86_64_32:
        return value != low ? overflow(info, type, value) : store_once(place, type, low);
    case R_X86_64_32S:
    case R_X86_64_PC32:
    case R_X86_64_PLT32:
        return value != sign_extended ? overflow(info, type, value) : store_once(place, type, low);
    default:
        printk(log_level::err, "%s: Unknown rela relocation: %u\n", info.name, type);
        return -ENOEXEC;
    }
}

template<class Elf>
int apply_section(load_info<Elf> const& info, typename Elf::Section const& relocations)
{
    auto const& section = info.sections[relocations.info];
    auto const* const table =
        reinterpret_cast<typename Elf::Relocation const*>(info.file + relocations.offset);
    auto const* const symbols = symbol_table(info);
    uint64_t const count = relocations.size / sizeof(*table);
    for (uint64_t i = 0; i < count; i++) {
        auto const& relocation = table[i];
        if (relocation.offset > section.size)
            return past_the_end(info.name);
        if (relocation.symbol() >= symbol_count(info)) {
            printk(log_level::err, "%s: Invalid symbol index in relocation\n", info.name);
            return -ENOEXEC;
        }
        target<Elf> const place = {
            section_bytes(info, section) + relocation.offset,
            static_cast<typename Elf::Address>(section_address(info, section) + relocation.offset),
            section.size - relocation.offset};
        // Null is a symbol, too: its value is 0.
        int const error = relocate(info, relocation, place, symbols[relocation.symbol()].value);
        if (error != 0)
            return error;
    }
    return 0;
}

} // namespace

template<class Elf>
int apply_relocations(load_info<Elf> const& info)
{
    for (unsigned i = 1; i < info.nr_sections; i++) {
        auto const& relocations = info.sections[i];
        bool const is_rel = relocations.type == kElfRel || relocations.type == kElfRela;
        if (!is_rel || relocations.info >= info.nr_sections ||
            info.sections[relocations.info].entry_size == kNotPlaced)
            continue; // of what is not in memory: debug information
        if (relocations.type != Elf::relocation_section || relocations.link != info.symbols) {
            printk(log_level::err, "%s: Invalid relocation section %u\n", info.name, i);
            return -ENOEXEC;
        }
        if (int const error = apply_section(info, relocations); error != 0)
            return error;
    }
    return 0;
}

#define INSTANTIATE(Elf) template int apply_relocations(load_info<Elf> const&);
FOR_EACH_ELF_CLASS(INSTANTIATE)

} // namespace pagelab::kernel
