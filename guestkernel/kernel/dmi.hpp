// What the firmware's SMBIOS tables call this machine.
#pragma once

#include <stddef.h>

namespace pagelab::kernel {

// "QEMU Standard PC (i440FX + PIIX, 1996), BIOS 1.16.2-debian-1.16.2-1 04/01/2014", as oopses
// have it; empty if there are no tables. Looked for at the first call; the memory is the kernel's.
// Format: Linux 6.1 drivers/firmware/dmi_scan.c (dmi_format_ids).
char const* dmi_ids();

} // namespace pagelab::kernel
