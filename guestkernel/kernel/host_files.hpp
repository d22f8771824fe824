// Files that the host lends: fw_cfg's, under opt/pagelab/. `insmod a.ko` finds its module there.
//
// pagelab boot --file PATH and QEMU's -fw_cfg name=opt/pagelab/NAME,file=PATH put them there; the
// folder of a path is of no account. Nothing is looked at before somebody asks.
// Source: QEMU docs/specs/fw_cfg.rst; guestkernel/abi/machine/fw_cfg.hpp.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "guestkernel/lib/result.hpp"

namespace pagelab::kernel {

struct host_file {
    uint16_t key;
    size_t size; // bytes
};

// Fails if there is none, or no fw_cfg device with DMA.
lib::Result<host_file> find_host_file(char const* path);

// All of it, to memory of any kind.
lib::Result<> read_host_file(host_file const& file, void* to);

} // namespace pagelab::kernel
