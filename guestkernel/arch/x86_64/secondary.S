// The way of every CPU but the first, x86_64: from the trampoline's 32-bit mode, by the early
// tables of boot.S, to start_secondary on the stack and page tables it was given.
#include "guestkernel/arch/x86/boot_macros.inc"

.set KERNEL_OFFSET, 0xffffffff80e00000 // virtual minus physical address of the image

.text
.globl secondary_start
.code32
secondary_start:
    mov $0x18, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov secondary_cr4 - KERNEL_OFFSET, %eax
    mov %eax, %cr4
    mov $early_pml4 - KERNEL_OFFSET, %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    mov secondary_efer - KERNEL_OFFSET, %eax
    xor %edx, %edx
    wrmsr
    mov $CR0_PG | CR0_WP | CR0_NE | CR0_PE, %eax
    mov %eax, %cr0
    ljmp $0x10, $1f - KERNEL_OFFSET
.code64
1:  mov $2f, %rax
    jmp *%rax // from the image's physical address to its own
2:  mov secondary_cr3, %rax
    mov %rax, %cr3
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov secondary_stack, %rsp
    mov secondary_cpu, %edi
    xor %ebp, %ebp // the last frame of every backtrace
    call start_secondary
    ud2
