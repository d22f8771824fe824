#include "emu/load/linux_boot.hpp"

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::plan_boot;
using load::Protocol;

namespace {

template<class Change>
Bytes changed(Change change)
{
    auto image = build_bzimage();
    edit<LinuxSetupHeader>(image, kLinuxHeaderOffset, change);
    return image;
}

LinuxSetupHeader header_of(load::BootPlan const& plan)
{
    return load::struct_at<LinuxSetupHeader>(plan.setup_data, kLinuxHeaderOffset).value();
}

// Where a one-page initial RAM disk goes.
uint32_t initrd_at(Bytes const& image, uint64_t low_ram)
{
    Bytes const disk(0x1000);
    auto request = request_for(image, low_ram);
    request.modules = {{disk, ""}};
    return sound_plan(request).initrd_addr;
}

} // namespace

TEST_CASE("linux: the parts at QEMU's places, the header filled in")
{
    auto const image = build_bzimage();
    auto request = request_for(image);
    request.cmdline = "console=ttyS0 nosmp";
    auto const disk = numbered_bytes(0x1234);
    request.modules = {{disk, ""}};
    auto const plan = sound_plan(request);

    CHECK(plan.protocol == Protocol::Linux);
    CHECK(plan.kernel_addr == 0x10'0000);
    CHECK(plan.kernel_entry == 0x10'0000);
    CHECK(std::ranges::equal(plan.kernel_data, std::span(image).subspan(3 * 512)));
    CHECK(plan.cmdline_addr == 0x2'0000);
    CHECK(plan.cmdline == load::bytes_of_string(request.cmdline));
    CHECK(plan.setup_addr == 0x1'0000);
    CHECK(plan.setup_data.size() == 3 * 512);
    CHECK(plan.initrd_addr == kRam - 0x2'0000 - 0x2000);
    CHECK(plan.initrd_data == disk);
    CHECK(plan.direct.empty());

    auto expected = image;
    expected.resize(3 * 512);
    edit<LinuxSetupHeader>(expected, kLinuxHeaderOffset, [](auto& header) {
        header.type_of_loader = 0xb0;
        header.loadflags |= 0x80;
        header.heap_end_ptr = 0xfe00;
        header.cmd_line_ptr = 0x2'0000;
        header.ramdisk_image = kRam - 0x2'0000 - 0x2000;
        header.ramdisk_size = 0x1234;
    });
    CHECK(plan.setup_data == expected);
}

TEST_CASE("linux: no RAM disk is address and size zero, whatever the file says")
{
    auto const plan = sound_plan(request_for(changed([](auto& h) {
        h.ramdisk_image = 77;
        h.ramdisk_size = 88;
    })));
    CHECK(header_of(plan).ramdisk_image == 0);
    CHECK(header_of(plan).ramdisk_size == 0);
    CHECK(plan.cmdline.size() == 1);
}

TEST_CASE("linux: setup_sects 0 means 4")
{
    auto const image = changed([](auto& h) {
        h.setup_sects = 0;
        h.syssize = 0;
    });
    CHECK(sound_plan(request_for(image)).setup_data.size() == 5 * 512);
    CHECK(boot_error(Bytes(image.begin(), image.begin() + 5 * 512 - 1)) ==
          "the real-mode part is cut off at 2559 of 2560 bytes");
    CHECK(boot_error(changed([](auto& h) { h.setup_sects = 64; })) ==
          "the real-mode part has 33280 bytes, more than 32768");
}

TEST_CASE("linux: kernels that cannot be entered at 32 bits")
{
    CHECK(boot_error(changed([](auto& h) { h.version = 0x201; })) ==
          "boot protocol 2.01 is older than 2.02");
    CHECK(boot_error(changed([](auto& h) { h.loadflags = 0; })) ==
          "a zImage: loadflags 0x0 do not ask for loading at 1 MiB");
    CHECK(boot_error(changed([](auto& h) { h.code32_start = 0x10'0000 + 4000; })) ==
          "the entry 0x100fa0 is not in the protected-mode part, 0xfa0 bytes at 0x100000");
    CHECK(boot_error(changed([](auto& h) { h.code32_start = 0xf'ffff; })) != "");
    CHECK(boot_error(changed([](auto& h) { h.code32_start = 0x10'0000 + 3999; })) == "");
}

TEST_CASE("linux: a file cut off anywhere is refused or not a bzImage")
{
    auto const image = build_bzimage();
    size_t const tolerated = 15; // syssize counts 16 bytes, so that much may be missing
    for (size_t size = 0; size < image.size() - tolerated; size++) {
        CAPTURE(size);
        CHECK(boot_error(Bytes(image.begin(), image.begin() + static_cast<int>(size))) != "");
    }
    auto longer = image;
    longer.resize(image.size() + 100); // a signature
    CHECK(boot_error(longer) == "");
    CHECK(boot_error(Bytes(image.begin(), image.end() - 20)) ==
          "the protected-mode part is cut off at 3980 of 4000 bytes");
    CHECK(boot_error(Bytes(image.begin(), image.begin() + 3 * 512)) ==
          "the image has no protected-mode part");
}

TEST_CASE("linux: before 2.04 syssize is not a size")
{
    auto const image = changed([](auto& h) {
        h.version = 0x203;
        h.syssize = 0xffff'ffff;
    });
    CHECK(boot_error(image) == "");
}

TEST_CASE("linux: the command line is as long as the kernel says")
{
    auto const error = [](uint16_t version, uint32_t longest, size_t size) {
        auto const image = changed([&](auto& h) {
            h.version = version;
            h.cmdline_size = longest;
        });
        auto request = request_for(image);
        request.cmdline.assign(size, 'x');
        return error_of(plan_boot(request));
    };
    CHECK(error(0x20f, 2047, 2047) == "");
    CHECK(error(0x20f, 2047, 2048) ==
          "a command line of 2048 characters, but the kernel takes only 2047");
    CHECK(error(0x205, 2047, 255) == "");
    CHECK(error(0x205, 2047, 256) != "");
    CHECK(error(0x20f, UINT32_MAX, 0x7'fc00 - 1) == "");
    CHECK(error(0x20f, UINT32_MAX, 0x7'fc00) ==
          "a command line of 523264 characters does not fit into RAM at 0x20000");
}

TEST_CASE("linux: the RAM disk goes below what kernel and machine allow")
{
    auto const with = [](uint16_t version, uint32_t highest, uint16_t flags) {
        return changed([&](auto& h) {
            h.version = version;
            h.initrd_addr_max = highest;
            h.xloadflags = flags;
        });
    };
    uint64_t const gigabyte = kMiB << 10;
    CHECK(initrd_at(with(0x20f, 0x7fff'ffff, 0), 3 * gigabyte) == 0x7fff'f000);
    CHECK(initrd_at(with(0x20f, 0x7fff'ffff, 0), 1 * gigabyte) == 0x3ffd'f000);
    CHECK(initrd_at(with(0x20f, 0x7fff'ffff, kLinuxLoadAbove4G), 3 * gigabyte) == 0xbffd'f000);
    CHECK(initrd_at(with(0x20b, 0x7fff'ffff, kLinuxLoadAbove4G), 3 * gigabyte) == 0x7fff'f000);
    CHECK(initrd_at(with(0x20f, 0xffff'ffff, 0), 3 * gigabyte) == 0xbffd'f000);
    CHECK(initrd_at(with(0x202, 0x7fff'ffff, 0), 3 * gigabyte) == 0x37ff'f000);
}

TEST_CASE("linux: the RAM disk stays clear of the unpacked kernel")
{
    // The kernel unpacks itself to 1 MiB up to 1 MiB + 64 KiB.
    CHECK(initrd_at(build_bzimage(), 0x11'1000 + 0x2'0000) == 0x11'0000);
    auto const image = build_bzimage();
    auto request = request_for(image, 0x11'0fff + 0x2'0000);
    Bytes const disk(0x1000);
    request.modules = {{disk, ""}};
    CHECK(error_of(plan_boot(request)) ==
          "an initial RAM disk of 4096 bytes does not fit between 0x110000 and 0x110fff");
    auto const packed_larger = changed([](auto& h) { h.init_size = 0x100; });
    request = request_for(packed_larger, 0x10'1800 + 0x2'0000);
    request.modules = {{disk, ""}};
    CHECK(error_of(plan_boot(request)) ==
          "an initial RAM disk of 4096 bytes does not fit between 0x100fa0 and 0x101800");
    CHECK(boot_error(image, 0x10'0800 + 0x2'0000) ==
          "a kernel of 4000 bytes does not fit into RAM (0x10000-0x9fbff and 0x100000-0x1007ff)");
    CHECK(boot_error(changed([](auto& h) { h.pref_address = 0x100'0000; })) ==
          "the kernel needs 65536 bytes at 0x1000000, which do not fit into RAM (0x10000-0x9fbff "
          "and 0x100000-0xfdffff)");
    CHECK(boot_error(changed([](auto& h) { h.pref_address = UINT64_MAX; })) != "");
    CHECK(boot_error(changed([](auto& h) { h.init_size = UINT32_MAX; })) != "");
    CHECK(boot_error(changed([](auto& h) {
              h.version = 0x209; // before init_size
              h.init_size = UINT32_MAX;
          })) == "");
}
