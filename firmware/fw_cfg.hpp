// The guest's side of fw_cfg: reading items and files the host offers.
#pragma once

#include <stdint.h>

#include "guestkernel/abi/machine/fw_cfg.hpp"

namespace pagelab::firmware {

class FwCfg {
  public:
    // Dies if the machine has no fw_cfg. Uses DMA when the device offers it.
    FwCfg();

    // Makes the item current, at its first byte. An item that does not exist is empty.
    void select(uint16_t key) const;
    // The current item's next bytes, zeroes after its end.
    void read(void* to, uint32_t size) const;

    uint16_t read_u16(uint16_t key) const;
    uint32_t read_u32(uint16_t key) const;
    void read_item(uint16_t key, void* to, uint32_t size) const;

    // Makes the named file current. Its size in bytes, 0 if there is none.
    uint32_t open(char const* name) const;

  private:
    bool has_dma_ = false;
};

} // namespace pagelab::firmware
