// By DMA the host copies a whole item during one instruction; without, a byte at a time.
#include "firmware/fw_cfg.hpp"

#include "firmware/console.hpp"
#include "firmware/io.hpp"
#include "guestkernel/abi/machine/ports.hpp"

namespace pagelab::firmware {

using namespace pagelab::fw_cfg;

namespace {

constexpr uint32_t kSignatureBytes = 0x554d'4551; // "QEMU"
constexpr uint32_t kMaxFiles = 1024;

bool same_name(char const* a, char const* b)
{
    for (uint32_t i = 0; i < kFileNameSize; i++) {
        if (a[i] != b[i])
            return false;
        if (a[i] == '\0')
            return true;
    }
    return true;
}

} // namespace

FwCfg::FwCfg()
{
    if (read_u32(kSignature) != kSignatureBytes)
        die("this machine has no fw_cfg device");
    has_dma_ = id::Dma::is_set(read_u32(kId));
}

void FwCfg::select(uint16_t key) const
{
    out16(port::kFwCfgSelector, key);
}

void FwCfg::read(void* to, uint32_t size) const
{
    if (!has_dma_) {
        in8_string(port::kFwCfgData, to, size);
        return;
    }
    FwCfgDma volatile request = {big_endian(dma::Read::mask), big_endian(size),
                                 big_endian64(reinterpret_cast<uintptr_t>(to))};
    out32(port::kFwCfgDmaHigh, 0);
    out32(port::kFwCfgDmaLow, big_endian(reinterpret_cast<uintptr_t>(&request)));
    while ((big_endian(request.control) & ~dma::Error::mask) != 0)
        ;
    if (request.control != 0)
        die("fw_cfg could not copy an item to memory");
}

uint16_t FwCfg::read_u16(uint16_t key) const
{
    uint16_t value = 0;
    read_item(key, &value, sizeof value);
    return value;
}

uint32_t FwCfg::read_u32(uint16_t key) const
{
    uint32_t value = 0;
    read_item(key, &value, sizeof value);
    return value;
}

void FwCfg::read_item(uint16_t key, void* to, uint32_t size) const
{
    select(key);
    read(to, size);
}

uint32_t FwCfg::open(char const* name) const
{
    uint32_t count = big_endian(read_u32(kFileDirectory));
    for (; count > 0 && count <= kMaxFiles; count--) {
        FwCfgFile file;
        read(&file, sizeof file);
        if (same_name(file.name, name)) {
            select(big_endian16(file.key));
            return big_endian(file.size);
        }
    }
    return 0;
}

} // namespace pagelab::firmware
