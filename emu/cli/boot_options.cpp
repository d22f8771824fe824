// Options to files to a machine.
#include "emu/cli/boot_options.hpp"

#include <algorithm>

#include "emu/base/parse_size.hpp"
#include "emu/cli/images.hpp"
#include "emu/machine/boot.hpp"
#include "emu/machine/machine_file.hpp"

namespace pagelab::cli {

namespace {

constexpr std::string_view kInjectStuckBit = "stuck-bit=";
constexpr char kHostFiles[] = "opt/pagelab/";

// Flags win over the description file, which wins over the defaults.
Result<> apply_flags(BootOptions const& options, machine::MachineConfig& config)
{
    if (options.memory)
        config.ram_size = TRY(parse_size(*options.memory));
    if (options.cpus)
        config.cpus = *options.cpus;
    if (options.seed)
        config.seed = *options.seed;
    if (options.cpu_model)
        config.cpu_model = *options.cpu_model;
    for (std::string const& inject : options.inject) {
        if (!inject.starts_with(kInjectStuckBit))
            return fail("unknown fault '{}'; known is stuck-bit=ADDR:BIT", inject);
        config.stuck_bits.push_back(
            TRY(machine::parse_stuck_bit(inject.substr(kInjectStuckBit.size()))));
    }
    return {};
}

Result<> read_initrds(std::vector<std::string> const& names, BootSetup& setup)
{
    for (std::string const& name : names) {
        size_t const comma = name.find(',');
        setup.initrd.push_back(TRY(read_file(name.substr(0, comma))));
        setup.request.modules.push_back(
            {setup.initrd.back(), comma == std::string::npos
                                      ? name
                                      : name.substr(0, comma) + " " + name.substr(comma + 1)});
    }
    return {};
}

// A doubled comma is one in a word.
std::vector<std::string> split_at_commas(std::string const& text)
{
    std::vector<std::string> words(1);
    for (size_t i = 0; i < text.size(); i++) {
        bool const is_doubled = text[i] == ',' && i + 1 < text.size() && text[i + 1] == ',';
        if (text[i] == ',' && !is_doubled) {
            words.emplace_back();
            continue;
        }
        words.back() += text[i];
        i += is_doubled ? 1 : 0;
    }
    return words;
}

Result<> lend_files(BootOptions const& options, BootSetup& setup)
{
    for (std::string const& file : options.files)
        TRY(lend_file(file, setup));
    for (std::string const& module : options.modules) {
        auto const words = split_at_commas(module);
        std::filesystem::path const path = words.front();
        TRY(lend_file(path, setup));
        std::string line = "insmod " + path.filename().string();
        for (size_t i = 1; i < words.size(); i++)
            line += " " + words[i];
        setup.insmod_lines.push_back(line);
    }
    return {};
}

Result<> check_stuck_bits(machine::MachineConfig const& config, mem::PhysicalMemory const& memory)
{
    for (machine::StuckBit const& stuck : config.stuck_bits) {
        bool const in_ram = std::ranges::any_of(memory.regions(), [&](mem::Region const& region) {
            return region.kind == mem::Region::Kind::Ram && stuck.address >= region.base &&
                   stuck.address < region.end();
        });
        if (!in_ram)
            return fail("stuck-bit: there is no RAM at {:#x}", stuck.address.value);
    }
    return {};
}

} // namespace

Result<> lend_file(std::filesystem::path const& path, BootSetup& setup)
{
    setup.files.emplace_back(kHostFiles + path.filename().string(), TRY(read_file(path)));
    return {};
}

void add_boot_options(CLI::App& command, BootOptions& options)
{
    command.add_option("image", options.image,
                       "kernel (multiboot, bzImage, PVH or plain ELF) or machine.toml; "
                       "default: the built-in kernel");
    command.add_option("--arch", options.arch, "which built-in kernel: x86_64 (default) or i686")
        ->check(CLI::IsMember({"x86_64", "i686"}));
    command.add_option("--mem", options.memory, "RAM, 16M to 64G (default 128M)");
    command.add_option("--cpus", options.cpus, "CPUs, 1 (default) to 16")->check(CLI::Range(1, 16));
    command.add_option("--seed", options.seed, "how several CPUs take turns (default 0)");
    command.add_option("--cpu-model", options.cpu_model, "CPU model, or max (default)");
    command.add_option("--append", options.append, "kernel command line");
    command.add_option("--initrd", options.initrd,
                       "multiboot module or Linux initrd; FILE or FILE,ARGUMENTS; repeatable");
    command.add_option("--module", options.modules,
                       "module that the guest loads when it is up; FILE or FILE,NAME=VALUE,... "
                       "(a comma in a value is doubled); repeatable");
    command.add_option("--file", options.files,
                       "file the guest can load as a module by its last name; repeatable");
    command.add_option("--inject", options.inject, "a fault: stuck-bit=ADDR:BIT; repeatable");
    auto const others = command.get_options();
    CLI::Option* const restore = command.add_option(
        "--restore", options.restore, "go on from a snapshot (of --save) instead of booting");
    for (CLI::Option* const other : others)
        if (other != command.get_help_ptr())
            restore->excludes(other);
}

Result<std::unique_ptr<BootSetup>> prepare_boot(BootOptions const& options)
{
    auto setup = std::make_unique<BootSetup>();
    if (!options.restore.empty()) {
        setup->saved = TRY(machine::read_snapshot(options.restore));
        setup->config = setup->saved->config;
        setup->kernel_file = setup->saved->surroundings.kernel_file;
        return setup;
    }
    machine::MachineFile file;
    std::filesystem::path image = options.image;
    if (image.extension() == ".toml") {
        file = TRY(machine::read_machine_file(image));
        image = file.kernel;
    }
    setup->config = file.config;
    if (auto applied = apply_flags(options, setup->config); !applied)
        return std::unexpected(applied.error());
    if (image.empty()) {
        std::string const& arch = options.arch.empty() ? file.arch : options.arch;
        image = kernel_path(arch.empty() ? "x86_64" : arch);
    }
    setup->kernel_file = image;
    setup->kernel = TRY(read_kernel(image));
    setup->firmware = TRY(read_file(firmware_path()));
    setup->request.kernel_name = image.filename().string();
    setup->request.kernel = setup->kernel;
    setup->request.cmdline = options.append.empty() ? file.append : options.append;
    std::vector<std::string> initrd = options.initrd;
    if (initrd.empty())
        for (auto const& path : file.initrd)
            initrd.push_back(path.string());
    setup->initrd.reserve(initrd.size());
    if (auto read = read_initrds(initrd, *setup); !read)
        return std::unexpected(read.error());
    if (auto lent = lend_files(options, *setup); !lent)
        return std::unexpected(lent.error());
    return setup;
}

Result<std::unique_ptr<machine::Machine>> make_machine(BootSetup const& setup,
                                                       machine::Attendant& attendant)
{
    if (setup.saved)
        return machine::make_machine(*setup.saved, attendant);
    auto made = TRY(machine::Machine::create(setup.config, setup.firmware, attendant));
    TRY(check_stuck_bits(setup.config, made->memory()));
    load::BootRequest request = setup.request;
    request.low_ram = made->memory().low_ram_end().value;
    auto plan = load::plan_boot(request);
    if (!plan)
        return fail("{}: {}", setup.kernel_file.string(), plan.error().message);
    if (auto done = machine::describe_machine(*made, setup.config); !done)
        return std::unexpected(done.error());
    if (auto done = machine::install_boot_plan(*made, std::move(*plan)); !done)
        return std::unexpected(done.error());
    for (auto const& [name, bytes] : setup.files) {
        if (auto done = made->fw_cfg().set_file(name, bytes); !done)
            return std::unexpected(done.error());
    }
    return made;
}

} // namespace pagelab::cli
