// BootPlan and MachineConfig into fw_cfg. An absent item has size 0, as under QEMU.
#include "emu/machine/boot.hpp"

#include <utility>

namespace pagelab::machine {

Result<> describe_machine(Machine& machine, MachineConfig const& config)
{
    auto& fw_cfg = machine.fw_cfg();
    fw_cfg.set_u16(fw_cfg::kCpuCount, static_cast<uint16_t>(config.cpus));
    fw_cfg.set_u16(fw_cfg::kMaxCpus, static_cast<uint16_t>(config.cpus));
    auto const computed =
        default_e820(machine.memory().low_ram_end().value, machine.memory().high_ram_size());
    auto const& table = config.e820.empty() ? computed : config.e820;
    return fw_cfg.set_file(fw_cfg::kE820File, std::as_bytes(std::span(table)));
}

Result<> install_boot_plan(Machine& machine, load::BootPlan plan)
{
    auto& fw_cfg = machine.fw_cfg();
    auto const set = [&](fw_cfg::Key size_key, fw_cfg::Key data_key, std::vector<std::byte> bytes) {
        fw_cfg.set_u32(size_key, static_cast<uint32_t>(bytes.size()));
        fw_cfg.set_item(data_key, std::move(bytes));
    };
    fw_cfg.set_u32(fw_cfg::kKernelAddr, plan.kernel_addr);
    fw_cfg.set_u32(fw_cfg::kKernelEntry, plan.kernel_entry);
    set(fw_cfg::kKernelSize, fw_cfg::kKernelData, std::move(plan.kernel_data));
    fw_cfg.set_u32(fw_cfg::kInitrdAddr, plan.initrd_addr);
    set(fw_cfg::kInitrdSize, fw_cfg::kInitrdData, std::move(plan.initrd_data));
    fw_cfg.set_u32(fw_cfg::kCmdlineAddr, plan.cmdline_addr);
    set(fw_cfg::kCmdlineSize, fw_cfg::kCmdlineData, std::move(plan.cmdline));
    fw_cfg.set_u32(fw_cfg::kSetupAddr, plan.setup_addr);
    set(fw_cfg::kSetupSize, fw_cfg::kSetupData, std::move(plan.setup_data));
    for (load::Placement const& placement : plan.direct)
        machine.memory().write(placement.address, placement.bytes);
    for (load::NamedFile const& file : plan.files)
        if (auto set_file = fw_cfg.set_file(file.name, file.bytes); !set_file)
            return set_file;
    return {};
}

} // namespace pagelab::machine
