// Every I/O port of the pagelab PC, by device: one list for the guests, the firmware and the host.
//
// Sources: IBM PC/AT Technical Reference (system board I/O map); Intel 82371SB "PIIX3" data sheet
// section 2.3 (0x92, 0x4d0, 0x4d1); QEMU docs/specs/fw_cfg.rst (0x510..0x51b). A range's name is
// its first port; the registers inside a chip are the chip's own business.
#pragma once

#include <stdint.h>

namespace pagelab::port {

// 8259A interrupt controllers: IRQ 0..7 and, behind the first one's input 2, IRQ 8..15.
inline constexpr uint16_t kPic1Command = 0x20;
inline constexpr uint16_t kPic1Data = 0x21;
inline constexpr uint16_t kPic2Command = 0xa0;
inline constexpr uint16_t kPic2Data = 0xa1;
inline constexpr uint16_t kPic1TriggerMode = 0x4d0; // ELCR: one bit per IRQ, 1 = level
inline constexpr uint16_t kPic2TriggerMode = 0x4d1;

// 8254 timer: counters 0 (IRQ 0), 1 (refresh), 2 (speaker), and the control word.
inline constexpr uint16_t kPitCounter0 = 0x40;
inline constexpr uint16_t kPitCounter1 = 0x41;
inline constexpr uint16_t kPitCounter2 = 0x42;
inline constexpr uint16_t kPitControl = 0x43;
inline constexpr uint16_t kSystemControlB = 0x61; // counter 2's gate and output, refresh toggle

// 8042 keyboard controller, and the chip set's own A20 gate and reset.
inline constexpr uint16_t kKeyboardData = 0x60;
inline constexpr uint16_t kKeyboardCommand = 0x64; // read: status
inline constexpr uint16_t kSystemControlA = 0x92;  // bit 1 A20 gate, bit 0 reset

// MC146818 clock and its 128 bytes of CMOS memory. Bit 7 of the index masks NMI.
inline constexpr uint16_t kCmosIndex = 0x70;
inline constexpr uint16_t kCmosData = 0x71;

inline constexpr uint16_t kPostCode = 0x80;     // also the traditional one-microsecond delay
inline constexpr uint16_t kDebugConsole = 0xe9; // Bochs' and QEMU's: a byte written is printed
inline constexpr uint16_t kExit = 0xf4;         // a value of any width ends the run; 4 ports wide

// 16550A serial port COM1 (IRQ 4): eight ports.
inline constexpr uint16_t kSerial1 = 0x3f8;

// Colour text adapter: CRT controller index and data, input status 1.
inline constexpr uint16_t kCrtcIndex = 0x3d4;
inline constexpr uint16_t kCrtcData = 0x3d5;
inline constexpr uint16_t kVgaStatus1 = 0x3da;

// QEMU's firmware configuration: 16-bit selector, 8-bit data, 64-bit big-endian DMA address.
inline constexpr uint16_t kFwCfgSelector = 0x510;
inline constexpr uint16_t kFwCfgData = 0x511;
inline constexpr uint16_t kFwCfgDmaHigh = 0x514;
inline constexpr uint16_t kFwCfgDmaLow = 0x518; // writing it starts the transfer

} // namespace pagelab::port
