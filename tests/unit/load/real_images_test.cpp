// Images that others made: memtest86+ as Debian packages it, and our kernels when they are built.
#include <fstream>
#include <iterator>

#include "tests/unit/load/load_test.hpp"

using namespace pagelab;
using namespace pagelab::test;
using load::Protocol;

namespace {

// Empty, with a line that says so, when there is no such file.
Bytes read_image(std::string const& path)
{
    std::ifstream file(path, std::ios::binary);
    std::string const text{std::istreambuf_iterator<char>(file), {}};
    if (text.empty())
        fmt::print("SKIP: {} is not there\n", path);
    return bytes_of_text(text);
}

void check_memtest(char const* path, uint32_t syssize)
{
    auto const image = read_image(path);
    if (image.empty())
        return;
    auto request = request_for(image, 64 * kMiB);
    request.cmdline = "console=ttyS0";
    auto const plan = sound_plan(request);
    CHECK(plan.protocol == Protocol::Linux);
    CHECK(plan.kernel_entry == 0x10'0000);
    CHECK(plan.setup_data.size() == 3 * 512);
    CHECK(plan.kernel_data.size() == image.size() - 3 * 512);
    auto const header =
        load::struct_at<LinuxSetupHeader>(plan.setup_data, kLinuxHeaderOffset).value();
    CHECK(header.version == 0x20c);
    CHECK(header.syssize == syssize);
    CHECK(header.cmd_line_ptr == 0x2'0000);
}

} // namespace

TEST_CASE("memtest86+ 6.10, ia32")
{
    check_memtest("/boot/memtest86+ia32.bin", 0x217e);
}

TEST_CASE("memtest86+ 6.10, x64")
{
    check_memtest("/boot/memtest86+x64.bin", 0x22dc);
}

TEST_CASE("our kernels are multiboot kernels")
{
    for (char const* name : {"pagelab-i686.elf", "pagelab-x86_64.elf"}) {
        CAPTURE(name);
        auto const image = read_image(fmt::format(PAGELAB_BUILD_DIR "/guestkernel/{}", name));
        if (image.empty())
            return;
        auto const plan = sound_plan(request_for(image, 32 * kMiB));
        CHECK(plan.protocol == Protocol::Multiboot);
    }
}
