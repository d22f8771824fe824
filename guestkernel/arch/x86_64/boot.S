// The x86_64 entry: from multiboot's 32-bit mode to kernel_main in long mode.
//
// The early tables map the first 1 GiB of physical memory three times, writable and executable:
// where it is, in the direct map, and at KERNEL_OFFSET. paging_init() replaces them and enables NX.
// The header carries the address fields (bit 16) because QEMU's -kernel takes no ELF64 multiboot
// image without them; linker/x86_64.ld keeps file and memory layout equal for their sake.
#include "guestkernel/arch/x86/boot_macros.inc"

.set KERNEL_OFFSET, 0xffffffff80e00000 // virtual minus physical address of the image
.set HEADER_FLAGS, MULTIBOOT_PAGE_ALIGN | MULTIBOOT_MEMORY_INFO | MULTIBOOT_ADDRESSES

.section .head, "ax"
.code32
.balign 4
multiboot_header:
    .long MULTIBOOT_HEADER_MAGIC, HEADER_FLAGS, -(MULTIBOOT_HEADER_MAGIC + HEADER_FLAGS)
    .long multiboot_header - KERNEL_OFFSET, _text - KERNEL_OFFSET, _edata - KERNEL_OFFSET
    .long _end - KERNEL_OFFSET, start - KERNEL_OFFSET

.globl start
start:
    cld
    mov $boot_stack_top - KERNEL_OFFSET, %esp
    mov %eax, %ebp
    require 0x80000001, 29, "pagelab: this CPU has no long mode, which the x86_64 kernel needs"
    require 0x80000001, 20, "pagelab: this CPU has no NX, which this kernel needs"

    mov $CR4_PAE, %eax
    mov %eax, %cr4
    mov $early_pml4 - KERNEL_OFFSET, %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    mov $EFER_LME, %eax
    xor %edx, %edx
    wrmsr
    mov $CR0_PG | CR0_WP | CR0_NE | CR0_PE, %eax
    mov %eax, %cr0
    lgdt early_gdt_register - KERNEL_OFFSET
    ljmp $0x10, $long_mode - KERNEL_OFFSET

define_early_die

.code64
long_mode:
    mov $0x18, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    xor %eax, %eax
    mov %eax, %fs
    mov %eax, %gs
    mov $boot_stack_top, %rsp
    mov %ebp, %edi
    mov %ebx, %esi
    xor %ebp, %ebp // the last frame of every backtrace
    mov $kernel_main, %rax
    call *%rax
    ud2

.section .rodata, "a"
.globl early_gdt
.balign 8
early_gdt:
    .quad 0, 0x00cf9b000000ffff, 0x00af9b000000ffff, 0x00cf93000000ffff
early_gdt_register:
    .word early_gdt_register - early_gdt - 1
    .quad early_gdt - KERNEL_OFFSET

.section .data.early_tables, "aw"
.globl early_pml4
.balign 4096
early_pml4:
    .quad early_pdpt - KERNEL_OFFSET + PTE_PRESENT + PTE_WRITE
    .fill 272, 8, 0
    .quad early_pdpt - KERNEL_OFFSET + PTE_PRESENT + PTE_WRITE // 0xffff888000000000
    .fill 237, 8, 0
    .quad early_kernel_pdpt - KERNEL_OFFSET + PTE_PRESENT + PTE_WRITE
early_pdpt:
    .quad early_directory - KERNEL_OFFSET + PTE_PRESENT + PTE_WRITE
    .fill 511, 8, 0
early_kernel_pdpt:
    .fill 510, 8, 0
    .quad early_kernel_directory - KERNEL_OFFSET + PTE_PRESENT + PTE_WRITE
    .quad 0
early_directory:
.set address, 0
.rept 512
    .quad address + PTE_LARGE + PTE_WRITE + PTE_PRESENT
    .set address, address + LARGE_PAGE
.endr
early_kernel_directory:
    .fill 7, 8, 0 // KERNEL_OFFSET is 7 large pages above 0xffffffff80000000
.set address, 0
.rept 505
    .quad address + PTE_LARGE + PTE_WRITE + PTE_PRESENT
    .set address, address + LARGE_PAGE
.endr

.section .bss.boot_stack, "aw", @nobits
.balign 4096
.globl boot_stack_guard, boot_stack_top
boot_stack_guard: // a page that paging_init() leaves unmapped
    .skip 4096
    .skip STACK_SIZE
boot_stack_top:
