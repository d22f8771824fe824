// QEMU's fw_cfg, the host's side: numbered items and named files the guest's firmware reads.
//
// Items are fixed before the guest starts and never change: the guest can only read. The formats
// are in guestkernel/abi/machine/fw_cfg.hpp. Claim ports 0x510..0x51b for it with Access::AnyWidth:
// the selector is 16 bits wide and the DMA registers 32.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <vector>

#include "emu/base/error.hpp"
#include "emu/dev/device.hpp"
#include "guestkernel/abi/address.hpp"
#include "guestkernel/abi/machine/fw_cfg.hpp"

namespace pagelab::dev {

// The RAM that DMA goes to. Both return false, having done nothing or a part, if any byte of the
// range is not RAM.
class DmaMemory {
  public:
    virtual ~DmaMemory() = default;
    virtual bool read(PhysAddr address, std::span<std::byte> out) = 0;
    virtual bool write(PhysAddr address, std::span<std::byte const> bytes) = 0;
};

class FwCfg final : public PortDevice {
  public:
    // With the signature and ID items and an empty file directory. The caller keeps `memory`.
    explicit FwCfg(DmaMemory& memory);

    // Keys below kFileFirst; replaces what was there.
    void set_item(fw_cfg::Key key, std::vector<std::byte> bytes);
    void set_u16(fw_cfg::Key key, uint16_t value);
    void set_u32(fw_cfg::Key key, uint32_t value);

    // Adds a file or replaces the one of that name. Fails on a name that is empty or longer than
    // 55 bytes, and on more than kMaxFiles files.
    Result<> set_file(std::string_view name, std::span<std::byte const> bytes);

    // All that the guest can read, to be put into another machine's.
    using Items = std::map<uint16_t, std::vector<std::byte>>;
    Items const& items() const { return items_; }
    void replace_items(Items items) { items_ = std::move(items); }

    uint32_t port_in(uint16_t port, Width width) override;
    void port_out(uint16_t port, Width width, uint32_t value) override;

    template<class Archive>
    void serialize(Archive& archive)
    {
        archive(key_, offset_, dma_high_);
    }

    static constexpr size_t kMaxFiles = 256;

  private:
    uint8_t next_byte();
    uint32_t dma_port_in(uint16_t port, Width width) const;
    void run_dma(PhysAddr request);
    bool copy_to_guest(PhysAddr to, uint32_t length);
    void skip(uint32_t length);
    void select(uint16_t key);
    std::span<std::byte const> rest() const; // of the current item
    void write_directory();

    DmaMemory& memory_;
    Items items_;
    std::vector<fw_cfg::FwCfgFile> files_;
    uint16_t key_ = 0;
    size_t offset_ = 0; // of the next byte in the current item; never beyond its end
    uint32_t dma_high_ = 0;
};

} // namespace pagelab::dev
