// The way of every CPU but the first, i686: from the trampoline's 32-bit mode, by the early tables
// of boot.S, to start_secondary on the stack and page tables it was given.
#include "guestkernel/arch/x86/boot_macros.inc"

.set KERNEL_OFFSET, 0xc0000000 // virtual minus physical address of the image

.text
.globl secondary_start
secondary_start:
    mov $0x18, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov secondary_cr4 - KERNEL_OFFSET, %eax
    mov %eax, %cr4
    mov $early_pdpt - KERNEL_OFFSET, %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    mov secondary_efer - KERNEL_OFFSET, %eax
    xor %edx, %edx
    wrmsr
    mov $CR0_PG | CR0_WP | CR0_NE | CR0_PE, %eax
    mov %eax, %cr0
    mov $1f, %eax
    jmp *%eax // from the image's physical address to its own
1:  mov secondary_cr3, %eax
    mov %eax, %cr3
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov secondary_stack, %esp
    mov secondary_cpu, %eax // -mregparm=3: arguments are in registers
    xor %ebp, %ebp          // the last frame of every backtrace
    call start_secondary
    ud2
