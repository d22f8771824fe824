// Real-mode interrupt services: INT 11h, 12h and the memory services of INT 15h.
//
// They answer from the BIOS data area and from ExtendedBiosData (guestkernel/abi/machine/
// memory_map.hpp), which firmware_main() has filled. Results in the carry flag go to the caller's
// FLAGS word, which is on the stack above CS:IP.
//
// Source: Ralf Brown's interrupt list (INT 11, 12, 15); ACPI specification 6.4, section 15.1.
#define EBDA_SEGMENT 0x9fc0
#define CPU_COUNT 2 // offsets in ExtendedBiosData
#define E820_COUNT 4
#define KIB_1M_TO_16M 6
#define UNITS_ABOVE_16M 8
#define KIB_ABOVE_1M 10
#define E820_TABLE 16

#define BDA_EQUIPMENT 0x410 // in segment 0
#define BDA_LOW_KIB 0x413

#define CARRY 1
#define SMAP 0x534d4150

    .text
    .code16

    .globl interrupt_ignored, interrupt_11, interrupt_12, interrupt_15
interrupt_ignored:
    iretw

interrupt_11: // AX = equipment word
    pushw %ds
    pushw $0
    popw %ds
    movw BDA_EQUIPMENT, %ax
    popw %ds
    iretw

interrupt_12: // AX = KiB of RAM below 640 KiB that are free
    pushw %ds
    pushw $0
    popw %ds
    movw BDA_LOW_KIB, %ax
    popw %ds
    iretw

interrupt_15:
    pushw %bp
    movw %sp, %bp // 0: BP, 2: IP, 4: CS, 6: FLAGS
    pushw %ds
    pushw $EBDA_SEGMENT
    popw %ds
    cmpl $0xe820, %eax
    je memory_range
    cmpw $0xe801, %ax
    je memory_size
    cmpb $0x88, %ah
    je extended_memory
    movb $0x86, %ah // no such function
fail:
    orw $CARRY, 6(%bp)
    popw %ds
    popw %bp
    iretw

extended_memory: // AX = KiB from 1 MiB
    movw KIB_ABOVE_1M, %ax
succeed:
    andw $~CARRY, 6(%bp)
    popw %ds
    popw %bp
    iretw

memory_size: // AX = CX = KiB from 1 MiB to 16 MiB, BX = DX = 64 KiB units above
    movw KIB_1M_TO_16M, %ax
    movw %ax, %cx
    movw UNITS_ABOVE_16M, %bx
    movw %bx, %dx
    jmp succeed

// In: EDX = "SMAP", EBX = index of the range, ES:DI = buffer of ECX bytes.
// Out: EAX = "SMAP", EBX = next index or 0, ECX = bytes written: 20, or 24 with the attributes.
memory_range:
    cmpl $SMAP, %edx
    jne bad_request
    cmpl $20, %ecx
    jb bad_request
    movzwl E820_COUNT, %eax
    cmpl %eax, %ebx
    jae bad_request

    pushw %si
    pushw %di
    imulw $20, %bx, %si
    addw $E820_TABLE, %si
    cmpl $24, %ecx
    movl $20, %ecx // leaves the flags
    jb 1f
    movl $1, %es:20(%di) // attributes: bit 0, the range counts
    movb $24, %cl
1:
    pushw %cx
    movw $10, %cx
    pushfw
    cld
    rep movsw
    popfw
    popw %cx
    popw %di
    popw %si

    incl %ebx
    cmpl %eax, %ebx
    jb 2f
    xorl %ebx, %ebx
2:
    movl $SMAP, %eax
    jmp succeed

bad_request:
    movw $0x8620, %ax // AL as it came
    jmp fail
