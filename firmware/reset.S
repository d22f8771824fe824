// From the reset vector in 16-bit real mode to flat 32-bit protected mode.
//
// At reset CS has base 0xffff0000 and IP is 0xfff0: the first instruction is in the ROM's copy
// directly below 4 GiB. The far jump gives CS the base 0xf0000, where all else here is linked.
// (Intel SDM volume 3, sections 10.1.4 and 10.9.)
#define STACK_TOP 0x10000 // memory_map::kStackTop

    .section .reset, "ax"
    .code16
    .globl reset_vector
reset_vector:
    ljmp $0xf000, $real_mode_offset // offsets in the ROM's segment come from firmware.ld

    .text
    .globl real_mode, gdt_pointer
real_mode:
    cli
    cld
    inb $0x92, %al // system control port A: bit 1 opens address line 20, bit 0 would reset
    orb $2, %al
    andb $0xfe, %al
    outb %al, $0x92

    movw $0xf000, %ax
    movw %ax, %ds
    lgdtl gdt_pointer_offset
    movl $0x11, %eax // protection, ET; caches on
    movl %eax, %cr0
    ljmpl $CODE32, $protected_mode

    .code32
protected_mode:
    movw $DATA32, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %fs
    movw %ax, %gs
    movw %ax, %ss
    movl $STACK_TOP, %esp
    xorl %ebp, %ebp
    call firmware_main
    ud2

// Selectors 0x10 and 0x18 are what Linux' 32-bit entry expects (Documentation/arch/x86/boot.rst).
// Accessed bits are set already: the table is in ROM.
    .globl CODE32, DATA32, CODE64
    .set CODE32, 0x10
    .set DATA32, 0x18
    .set CODE64, 0x20

    .balign 8
gdt:
    .quad 0
    .quad 0
    .quad 0x00cf9b000000ffff // 32-bit code, 4 GiB
    .quad 0x00cf93000000ffff // data, 4 GiB
    .quad 0x00af9b000000ffff // 64-bit code
gdt_pointer:
    .word . - gdt - 1
    .long gdt
