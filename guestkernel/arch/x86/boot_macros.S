// What both entries share: the CPU checks, and how to die before there is a console.
//
// Both start as multiboot v1 leaves the CPU (Multiboot Specification 0.6.96, section 3.2): 32-bit
// protected mode, flat segments, paging and interrupts off, EAX = 0x2badb002, EBX = the
// information structure. Feature bits: Intel SDM volume 2A, CPUID.

.set MULTIBOOT_HEADER_MAGIC, 0x1badb002
.set MULTIBOOT_PAGE_ALIGN, 1
.set MULTIBOOT_MEMORY_INFO, 2
.set MULTIBOOT_ADDRESSES, 0x10000

.set PTE_PRESENT, 0x001
.set PTE_WRITE, 0x002
.set PTE_LARGE, 0x080
.set PTE_GLOBAL, 0x100
.set LARGE_PAGE, 0x200000

.set CR0_PE, 1
.set CR0_NE, 1 << 5
.set CR0_WP, 1 << 16
.set CR0_PG, 1 << 31
.set CR4_PAE, 1 << 5
.set MSR_EFER, 0xc0000080
.set EFER_LME, 1 << 8
.set EFER_NXE, 1 << 11

.set STACK_SIZE, 0x4000

// Unless bit `bit` of EDX of CPUID `leaf` is set, print `text` and halt. Leaves EBX alone.
.macro require leaf, bit, text
    mov $\leaf & 0x80000000, %eax
    push %ebx
    cpuid
    pop %ebx
    cmp $\leaf, %eax // the highest leaf there is
    jb 1f
    mov $\leaf, %eax
    push %ebx
    cpuid
    pop %ebx
    bt $\bit, %edx
    jc 2f
1:  mov $3f - KERNEL_OFFSET, %esi
    jmp early_die
3:  .asciz "\text\r\n"
2:
.endm

// Print the string at physical ESI on COM1, then halt for good.
.macro define_early_die
early_die:
    mov $0x3fd, %dx // line status; bit 5: ready for a byte
1:  in (%dx), %al
    test $0x20, %al
    jz 1b
    lodsb
    test %al, %al
    jz 2f
    mov $0x3f8, %dx
    out %al, (%dx)
    jmp early_die
2:  cli
    hlt
    jmp 2b
.endm
