// What the boot loader told us.
#include "guestkernel/kernel/boot_info.hpp"

#include "guestkernel/abi/boot/multiboot.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

// Physical memory as boot.S maps it, or null when [address, address + size) leaves it.
template<class T>
T const* at_physical(uint64_t address, uint64_t size = sizeof(T))
{
    bool const reachable = address != 0 && address + size <= arch::kEarlyMapEnd;
    return reachable ? static_cast<T const*>(arch::phys_to_virt(PhysAddr(address))) : nullptr;
}

mm::Result<> read_map(boot_info& info, MultibootInfo const& source)
{
    uint32_t offset = 0;
    while (offset + sizeof(MultibootMapEntry) <= source.mmap_length) {
        auto const* entry = at_physical<MultibootMapEntry>(uint64_t{source.mmap_addr} + offset);
        if (entry == nullptr)
            return mm::Error{"multiboot memory map out of reach"};
        if (info.nr_map_entries == kMaxMapEntries)
            return mm::Error{"multiboot memory map too long"};
        info.map[info.nr_map_entries++] = {entry->address, entry->length, entry->type};
        if (entry->size + sizeof(entry->size) > source.mmap_length - offset)
            break;
        offset += entry->size + static_cast<uint32_t>(sizeof(entry->size));
    }
    return {};
}

mm::Result<> read_modules(boot_info& info, MultibootInfo const& source)
{
    if (source.mods_count > kMaxModules)
        return mm::Error{"too many multiboot modules"};
    for (uint32_t i = 0; i < source.mods_count; i++) {
        auto const* module =
            at_physical<MultibootModule>(uint64_t{source.mods_addr} + i * sizeof(MultibootModule));
        if (module == nullptr || module->end < module->start)
            return mm::Error{"bad multiboot module"};
        info.modules[info.nr_modules++] = {PhysAddr(module->start), PhysAddr(module->end)};
    }
    return {};
}

// Loaders like to put the image's name before the options: a first word with '/' or '.' in it, but
// no '='.
char const* skip_image_name(char const* text)
{
    char const* at = text;
    bool is_name = false;
    for (; *at != '\0' && *at != ' ' && *at != '='; at++)
        is_name = is_name || *at == '/' || *at == '.';
    if (!is_name || *at == '=')
        return text;
    while (*at == ' ')
        at++;
    return at;
}

mm::Result<> read_command_line(boot_info& info, uint32_t address)
{
    auto const* text = at_physical<char>(address, kCommandLineSize);
    if (text == nullptr)
        return mm::Error{"multiboot command line out of reach"};
    text = skip_image_name(text);
    size_t length = 0;
    for (; length < kCommandLineSize - 1 && text[length] != '\0'; length++)
        info.command_line[length] = text[length];
    while (length > 0 && info.command_line[length - 1] == ' ')
        length--;
    info.command_line[length] = '\0';
    return {};
}

} // namespace

mm::Result<> read_boot_info(boot_info& info, unsigned magic, unsigned address)
{
    if (magic != kMultibootEntryMagic)
        return mm::Error{"not entered by a multiboot loader"};
    auto const* source = at_physical<MultibootInfo>(address);
    if (source == nullptr)
        return mm::Error{"multiboot information out of reach"};
    if ((source->flags & kMultibootInfoCmdline) != 0)
        TRY(read_command_line(info, source->cmdline));
    if ((source->flags & kMultibootInfoModules) != 0)
        TRY(read_modules(info, *source));
    if ((source->flags & kMultibootInfoMap) == 0)
        return mm::Error{"the multiboot loader gives no memory map"};
    return read_map(info, *source);
}

} // namespace pagelab::kernel
