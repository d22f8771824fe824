// The 8259A pair.
#include "guestkernel/arch/x86/pic.hpp"

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/io.hpp"

namespace pagelab::arch {

namespace {

constexpr unsigned kCascadeLine = 2;
constexpr uint8_t kIcw1Cascade = 0x11; // edge triggered, cascaded, ICW4 follows
constexpr uint8_t kIcw4Mode8086 = 0x01;
constexpr uint8_t kOcw2EndOfInterrupt = 0x20;
constexpr uint8_t kOcw3ReadInService = 0x0b;

uint16_t mask = 0xffff & ~(1u << kCascadeLine);

void write_mask()
{
    outb(port::kPic1Data, static_cast<uint8_t>(mask));
    outb(port::kPic2Data, static_cast<uint8_t>(mask >> 8));
}

bool is_in_service(uint16_t command_port, unsigned input)
{
    outb(command_port, kOcw3ReadInService);
    return (inb(command_port) >> input & 1) != 0;
}

} // namespace

void pic_init()
{
    outb(port::kPic1Command, kIcw1Cascade);
    outb(port::kPic1Data, kFirstIrqVector);
    outb(port::kPic1Data, 1u << kCascadeLine);
    outb(port::kPic1Data, kIcw4Mode8086);
    outb(port::kPic2Command, kIcw1Cascade);
    outb(port::kPic2Data, kFirstIrqVector + 8);
    outb(port::kPic2Data, kCascadeLine);
    outb(port::kPic2Data, kIcw4Mode8086);
    write_mask();
}

void pic_unmask(unsigned line)
{
    mask = static_cast<uint16_t>(mask & ~(1u << line));
    write_mask();
}

void pic_mask(unsigned line)
{
    mask = static_cast<uint16_t>(mask | 1u << line);
    write_mask();
}

bool pic_acknowledge(unsigned line)
{
    uint16_t const command = line < 8 ? port::kPic1Command : port::kPic2Command;
    bool const real = line % 8 != 7 || is_in_service(command, 7);
    if (real)
        outb(command, kOcw2EndOfInterrupt);
    if (line >= 8)
        outb(port::kPic1Command, kOcw2EndOfInterrupt);
    return real;
}

} // namespace pagelab::arch
