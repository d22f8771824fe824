// The block grows piece by piece; each piece is refused before it is copied if it leaves RAM.
#include "emu/load/multiboot_block.hpp"

#include "emu/load/bytes.hpp"
#include "guestkernel/abi/boot/multiboot.hpp"
#include "guestkernel/abi/machine/memory_map.hpp"

namespace pagelab::load {

namespace {

constexpr char kLoaderName[] = "pagelab";
constexpr uint32_t kNoBootDevice = 0x8000'ffff; // as QEMU: drive 0x80, partition 0, no others

// Bytes at consecutive physical addresses.
class Block {
  public:
    Block(BootPlan& plan, RamLayout const& ram) : plan_(plan), ram_(ram) {}

    uint32_t end() const
    {
        return plan_.kernel_addr + static_cast<uint32_t>(plan_.kernel_data.size());
    }

    // The address of the copy.
    Result<uint32_t> append(std::span<std::byte const> bytes)
    {
        TRY(check_room(bytes.size()));
        uint32_t const address = end();
        plan_.kernel_data.insert(plan_.kernel_data.end(), bytes.begin(), bytes.end());
        return address;
    }
    Result<uint32_t> append_string(std::string_view text) { return append(bytes_of_string(text)); }

    Result<> align_to_page()
    {
        uint64_t const padding = (kPageSize - end() % kPageSize) % kPageSize;
        TRY(check_room(padding));
        plan_.kernel_data.resize(plan_.kernel_data.size() + padding);
        return {};
    }

  private:
    Result<> check_room(uint64_t size) const
    {
        if (!ram_.holds({PhysAddr(plan_.kernel_addr), plan_.kernel_data.size() + size}))
            return fail("modules or strings of {} bytes do not fit into RAM at {:#x} ({})", size,
                        end(), ram_.describe());
        return {};
    }

    BootPlan& plan_;
    RamLayout const& ram_;
};

std::string full_cmdline(BootRequest const& request)
{
    return request.kernel_name.empty() ? request.cmdline
                                       : request.kernel_name + " " + request.cmdline;
}

} // namespace

Result<> append_multiboot_data(BootPlan& plan, BootRequest const& request, RamLayout const& ram)
{
    Block block(plan, ram);
    TRY(block.align_to_page());
    std::vector<MultibootModule> modules(request.modules.size());
    uint32_t const table = TRY(block.append(std::as_bytes(std::span(modules))));
    for (size_t i = 0; i < modules.size(); i++)
        modules[i].cmdline = TRY(block.append_string(request.modules[i].cmdline));

    MultibootInfo info{};
    info.flags = kMultibootInfoMemory | kMultibootInfoBootDevice | kMultibootInfoCmdline |
                 kMultibootInfoModules | kMultibootInfoMap | kMultibootInfoLoaderName;
    info.boot_device = kNoBootDevice;
    info.cmdline = TRY(block.append_string(full_cmdline(request)));
    info.mods_count = static_cast<uint32_t>(modules.size());
    info.mods_addr = table;
    info.mmap_addr = memory_map::kMultibootMap;
    info.boot_loader_name = TRY(block.append_string(kLoaderName));

    for (size_t i = 0; i < modules.size(); i++) {
        TRY(block.align_to_page());
        modules[i].start = TRY(block.append(request.modules[i].bytes));
        modules[i].end = block.end();
    }
    for (size_t i = 0; i < modules.size(); i++)
        put_struct(plan.kernel_data, table - plan.kernel_addr + i * sizeof(MultibootModule),
                   modules[i]);
    plan.initrd_addr = memory_map::kMultibootInfo;
    plan.initrd_data = bytes_of(info);
    return {};
}

} // namespace pagelab::load
