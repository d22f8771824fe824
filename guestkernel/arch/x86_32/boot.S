// The i686 entry: from multiboot's 32-bit mode to kernel_main under PAE paging.
//
// The early tables map the first 1 GiB of physical memory twice, writable and executable: where
// it is, and from PAGE_OFFSET, 3 GiB. paging_init() replaces them and enables NX.
#include "guestkernel/arch/x86/boot_macros.inc"

.set KERNEL_OFFSET, 0xc0000000 // virtual minus physical address of the image
.set HEADER_FLAGS, MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO

.section .head, "ax"
.balign 4
multiboot_header:
    .long MULTIBOOT_HEADER_MAGIC, HEADER_FLAGS, -(MULTIBOOT_HEADER_MAGIC + HEADER_FLAGS)

.globl start
start:
    cld
    mov $boot_stack_top - KERNEL_OFFSET, %esp
    mov %eax, %ebp
    require 1, 6, "pagelab: this CPU has no PAE, which the i686 kernel needs"
    require 0x80000001, 20, "pagelab: this CPU has no NX, which this kernel needs"

    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov $early_pdpt - KERNEL_OFFSET, %eax
    mov %eax, %cr3
    mov $CR0_PG | CR0_WP | CR0_NE | CR0_PE, %eax
    mov %eax, %cr0
    lgdt early_gdt_register - KERNEL_OFFSET
    ljmp $0x08, $1f
1:  mov $0x18, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $boot_stack_top, %esp
    mov %ebp, %eax // -mregparm=3: arguments are in registers
    mov %ebx, %edx
    xor %ebp, %ebp // the last frame of every backtrace
    call kernel_main
    ud2

define_early_die

.section .rodata, "a"
.globl early_gdt
.balign 8
early_gdt:
    .quad 0, 0x00cf9b000000ffff, 0, 0x00cf93000000ffff
early_gdt_register:
    .word early_gdt_register - early_gdt - 1
    .long early_gdt

.section .data.early_tables, "aw"
.globl early_pdpt
.balign 4096
early_directory:
.set address, 0
.rept 512
    .quad address + PTE_LARGE + PTE_WRITE + PTE_PRESENT
    .set address, address + LARGE_PAGE
.endr
early_pdpt: // SDM volume 3, 4.4.1: only the present bit may be set in these four
    .long early_directory - KERNEL_OFFSET + PTE_PRESENT, 0
    .quad 0, 0
    .long early_directory - KERNEL_OFFSET + PTE_PRESENT, 0

.section .bss.boot_stack, "aw", @nobits
.balign 4096
.globl boot_stack_guard, boot_stack_top
boot_stack_guard: // a page that paging_init() leaves unmapped
    .skip 4096
    .skip STACK_SIZE
boot_stack_top:
