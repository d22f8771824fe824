// fw_cfg by DMA, a page at a time: what is side by side here need not be in physical memory.
#include "guestkernel/kernel/host_files.hpp"

#include "guestkernel/abi/machine/fw_cfg.hpp"
#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/arch/x86/io.hpp"
#include "guestkernel/kernel/kernel_tables.hpp"
#include "guestkernel/lib/minmax.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::kernel {

namespace {

using namespace fw_cfg;

constexpr char kFolder[] = "opt/pagelab/";
constexpr size_t kFolderLength = sizeof(kFolder) - 1;
constexpr uint32_t kSignatureBytes = 0x554d'4551; // "QEMU"

// Does one request on memory that lies in one page; goes on in the current item after kSelect.
lib::Result<> transfer(uint32_t control, void* to, size_t size)
{
    alignas(sizeof(FwCfgDma)) FwCfgDma volatile request; // in one page, by its alignment
    auto const address = reinterpret_cast<uintptr_t>(to);
    PhysAddr const target = TRY(mm::mapped_address(kernel_tables(), address));
    PhysAddr const here =
        TRY(mm::mapped_address(kernel_tables(), reinterpret_cast<uintptr_t>(&request)));
    request.length = big_endian(static_cast<uint32_t>(size));
    request.address = big_endian64(target.value);
    request.control = big_endian(control);
    arch::outl(port::kFwCfgDmaHigh, big_endian(static_cast<uint32_t>(here.value >> 32)));
    arch::outl(port::kFwCfgDmaLow, big_endian(static_cast<uint32_t>(here.value)));
    while ((big_endian(request.control) & ~uint32_t{dma::Error::mask}) != 0) {
    }
    if (request.control != 0)
        return lib::Error{"fw_cfg could not copy to memory"};
    return {};
}

// `key` 0: the current item, from where it is.
lib::Result<> read_item(uint16_t key, void* to, size_t size)
{
    auto* at = static_cast<char*>(to);
    uint32_t control = dma::Read::mask;
    if (key != 0)
        control |= static_cast<uint32_t>(dma::Select::mask) | uint32_t{key} << 16;
    while (size > 0) {
        size_t const in_page = kPageSize - reinterpret_cast<uintptr_t>(at) % kPageSize;
        size_t const piece = lib::min(size, in_page);
        TRY(transfer(control, at, piece));
        control = dma::Read::mask;
        at += piece;
        size -= piece;
    }
    return {};
}

bool has_dma()
{
    uint32_t signature = 0;
    arch::outw(port::kFwCfgSelector, kSignature);
    for (unsigned i = 0; i < 4; i++)
        signature |= uint32_t{arch::inb(port::kFwCfgData)} << 8 * i;
    arch::outw(port::kFwCfgSelector, kId);
    return signature == kSignatureBytes && id::Dma::is_set(arch::inb(port::kFwCfgData));
}

char const* base_name(char const* path)
{
    char const* base = path;
    for (; *path != '\0'; path++) {
        if (*path == '/')
            base = path + 1;
    }
    return base;
}

} // namespace

lib::Result<host_file> find_host_file(char const* path)
{
    constexpr lib::Error kNone{"No such file or directory"};
    char name[kFileNameSize];
    char const* const base = base_name(path);
    size_t const length = strlen(base);
    if (length == 0 || kFolderLength + length >= sizeof(name) || !has_dma())
        return kNone;
    memcpy(name, kFolder, kFolderLength);
    memcpy(name + kFolderLength, base, length + 1);
    uint32_t count = 0;
    TRY(read_item(kFileDirectory, &count, sizeof(count)));
    for (count = big_endian(count); count > 0; count--) {
        FwCfgFile file;
        TRY(read_item(0, &file, sizeof(file)));
        if (strncmp(file.name, name, kFileNameSize) == 0)
            return host_file{big_endian16(file.key), big_endian(file.size)};
    }
    return kNone;
}

lib::Result<> read_host_file(host_file const& file, void* to)
{
    return read_item(file.key, to, file.size);
}

} // namespace pagelab::kernel
