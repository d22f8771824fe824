// Files: the program's own images and the user's.
#include "emu/cli/images.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <system_error>

#include "emu/load/boot_plan.hpp"

namespace pagelab::cli {

namespace {

constexpr uintmax_t kLargestFile = uintmax_t{4} << 30;
constexpr uintmax_t kLarge = uintmax_t{1} << 20; // half a huge page

std::filesystem::path build_folder()
{
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self/exe", ignored).parent_path().parent_path();
}

// At most this many bytes, from the start.
Result<HostMemory> read_start(std::filesystem::path const& path, uintmax_t most)
{
    std::error_code status;
    if (std::filesystem::is_directory(path, status))
        return fail("cannot read '{}': it is a folder", path.string());
    std::ifstream in(path, std::ios::binary);
    if (!in)
        return fail("cannot read '{}': {}", path.string(), std::strerror(errno));
    uintmax_t size = std::filesystem::file_size(path, status);
    if (status)
        return fail("cannot read '{}': {}", path.string(), status.message());
    size = std::min(size, most);
    if (size > kLargestFile)
        return fail("cannot read '{}': {} bytes are too many", path.string(), size);
    auto const pages = size < kLarge ? HostPages::Small : HostPages::Huge;
    HostMemory bytes = TRY(HostMemory::create(size, pages));
    if (!in.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size)))
        return fail("cannot read '{}': it ended early", path.string());
    return bytes;
}

} // namespace

std::filesystem::path firmware_path()
{
    return build_folder() / "firmware" / "pagelab.rom";
}

std::filesystem::path kernel_path(std::string_view arch)
{
    return build_folder() / "guestkernel" / fmt::format("pagelab-{}.elf", arch);
}

std::filesystem::path kbuild_folder()
{
    return build_folder() / "guestkernel" / "kbuild";
}

Result<HostMemory> read_file(std::filesystem::path const& path)
{
    return read_start(path, UINTMAX_MAX);
}

Result<HostMemory> read_kernel(std::filesystem::path const& path)
{
    HostMemory head = TRY(read_start(path, load::kHeadSize));
    if (std::span<std::byte const>(head).size() < load::kHeadSize)
        return head;
    return read_start(path, load::needed_bytes(head).value_or(UINTMAX_MAX));
}

} // namespace pagelab::cli
