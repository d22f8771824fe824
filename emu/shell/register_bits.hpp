// The bits of flags, control registers and descriptors by the names that the manuals give them.
//
// Source: Intel SDM volume 3, sections 2.2.1 (EFER), 2.3 (RFLAGS), 2.5 (CR0, CR4), 3.4.5 and 3.5
// (descriptors); the short names are those of Linux' and QEMU's reports.
#pragma once

#include <cstdint>
#include <string>

namespace pagelab::shell {

// "CF ZF IF IOPL=0", "PE WP PG": the set ones, lowest first.
std::string rflags_text(uint64_t rflags);
std::string cr0_text(uint64_t cr0);
std::string cr4_text(uint64_t cr4);
std::string efer_text(uint64_t efer);

// Of a code or data segment, from the upper word of its descriptor: "code 64-bit RX A DPL=0".
std::string segment_text(uint32_t attributes);

// "64-bit TSS (busy)", "interrupt gate": the four type bits of a system descriptor.
std::string system_type_text(unsigned type);

} // namespace pagelab::shell
