#include "emu/load/multiboot_block.hpp"

#include <optional>

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::BootPlan;
using load::plan_boot;

namespace {

MultibootInfo info_of(BootPlan const& plan)
{
    REQUIRE(plan.initrd_data.size() == sizeof(MultibootInfo));
    return load::struct_at<MultibootInfo>(plan.initrd_data, 0).value();
}

std::string string_at(BootPlan const& plan, uint32_t address)
{
    std::string text;
    for (size_t i = address - plan.kernel_addr; plan.kernel_data.at(i) != std::byte{0}; i++)
        text += static_cast<char>(plan.kernel_data[i]);
    return text;
}

std::vector<MultibootModule> modules_of(BootPlan const& plan)
{
    std::vector<MultibootModule> modules;
    auto const info = info_of(plan);
    for (uint32_t i = 0; i < info.mods_count; i++) {
        auto const at = info.mods_addr - plan.kernel_addr + i * sizeof(MultibootModule);
        modules.push_back(load::struct_at<MultibootModule>(plan.kernel_data, at).value());
    }
    return modules;
}

} // namespace

TEST_CASE("multiboot data: strings and an empty module table")
{
    auto const image = build_multiboot_elf<Elf32>();
    auto request = request_for(image);
    request.kernel_name = "images/kernel.elf";
    request.cmdline = "loglevel=7";
    auto const plan = sound_plan(request);
    CHECK(plan.initrd_addr == 0x9500);
    auto const info = info_of(plan);
    CHECK(info.flags == 0x24f);
    CHECK(info.boot_device == 0x8000'ffff);
    CHECK(string_at(plan, info.cmdline) == "images/kernel.elf loglevel=7");
    CHECK(string_at(plan, info.boot_loader_name) == "pagelab");
    CHECK(info.mods_count == 0);
    CHECK(info.mmap_addr == 0x9000);
    CHECK(info.mmap_length == 0); // the firmware's, as are:
    CHECK(info.mem_lower == 0);
    CHECK(info.mem_upper == 0);

    request.kernel_name = "";
    auto const unnamed = sound_plan(request);
    CHECK(string_at(unnamed, info_of(unnamed).cmdline) == "loglevel=7");
}

TEST_CASE("multiboot data: modules are on pages and know their command lines")
{
    auto image = build_multiboot_flat();
    edit<MultibootHeader>(image, kFlatHeaderAt, [](auto& h) { // a kernel that is on no page
        h.header_addr += 0x24;
        h.load_addr += 0x24;
        h.load_end_addr += 0x24;
        h.bss_end_addr += 0x24;
        h.entry_addr += 0x24;
    });
    auto const first = numbered_bytes(0x1001);
    auto const last = numbered_bytes(77);
    auto request = request_for(image);
    request.modules = {{first, "init.sh one two"}, {{}, ""}, {last, "lab.o"}};
    auto const plan = sound_plan(request);
    CHECK(plan.kernel_addr == 0x10'0024);

    auto const modules = modules_of(plan);
    REQUIRE(modules.size() == 3);
    for (size_t i = 0; i < modules.size(); i++) {
        auto const& wanted = request.modules[i];
        auto const& module = modules[i];
        CHECK(module.start % 0x1000 == 0);
        CHECK(module.end - module.start == wanted.bytes.size());
        CHECK(module.reserved == 0);
        CHECK(string_at(plan, module.cmdline) == wanted.cmdline);
        CHECK(std::ranges::equal(
            wanted.bytes, std::span(plan.kernel_data)
                              .subspan(module.start - plan.kernel_addr, wanted.bytes.size())));
        CHECK(module.start >= 0x10'0024 + 1024 + 0x300);
        if (i > 0)
            CHECK(module.start >= modules[i - 1].end);
    }
}

TEST_CASE("multiboot data: what goes behind the kernel fits to the byte or says so")
{
    auto const image = build_multiboot_elf<Elf32>(); // ends within the page at 1 MiB
    auto const end = 0x10'2000 + 0x5000u;            // one page of strings, then the module
    Bytes const module(0x5000);
    auto request = request_for(image, end + 0x2'0000);
    request.modules = {{module, ""}};
    CHECK(sound_plan(request).kernel_data.size() == 0x7000);
    request.low_ram--;
    CHECK(error_of(plan_boot(request)) ==
          "modules or strings of 20480 bytes do not fit into RAM at 0x102000 (0x10000-0x9fbff and "
          "0x100000-0x106ffe)");
    request.modules = {};
    request.cmdline.assign(0x8000, 'x');
    CHECK(error_of(plan_boot(request)) != "");
}

TEST_CASE("multiboot data: a kernel that fills RAM leaves no room for the module table")
{
    auto image = build_multiboot_elf<Elf32>();
    auto const error = [&](uint32_t size) {
        edit_segment<Elf32>(image, 0, [&](auto& segment) { segment.memory_size = size; });
        return boot_error(image, 2 * kMiB);
    };
    CHECK(error(0xd'f000) == "");
    CHECK(error(0xd'f001) ==
          "modules or strings of 8 bytes do not fit into RAM at 0x1e0000 (0x10000-0x9fbff and "
          "0x100000-0x1dffff)");
    CHECK(error(0xe'0000) != "");
}
