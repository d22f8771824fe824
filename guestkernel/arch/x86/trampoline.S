// Where a start-up IPI begins: real mode, at the first byte of a page below 1 MiB that holds a
// copy of this (Intel SDM volume 3, section 8.4.3; CS = page >> 4, IP = 0).
//
// The copy finds its data by CS; all else it refers to is the image, at its physical address.
#ifdef __x86_64__
.set KERNEL_OFFSET, 0xffffffff80e00000
#else
.set KERNEL_OFFSET, 0xc0000000
#endif

.section .rodata, "a"
.balign 16
.globl trampoline_start, trampoline_end
.code16
trampoline_start:
    cli
    cld
    lgdtl %cs:trampoline_gdt_register - trampoline_start
    mov %cr0, %eax
    or $1, %eax // protected mode; what CD and NW say is replaced later
    mov %eax, %cr0
    ljmpl $0x08, $secondary_start - KERNEL_OFFSET
.balign 4
trampoline_gdt_register:
    .word 31
    .long early_gdt - KERNEL_OFFSET
trampoline_end:
