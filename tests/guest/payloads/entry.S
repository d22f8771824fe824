// Entry in 32-bit or in 64-bit mode, and a way back to real mode for one INT 15h or 12h.
//
// All is linked at 0x20000, so that real mode sees it as segment 0x2000.
#define SEGMENT 0x2000
#define BASE 0x20000
#define OFFSET(label) (label - start)

    .section .entry, "ax"
start:
    .code32
    .globl payload_entry
payload_entry:
    xorl %edx, %edx
    .byte 0x42 // 32-bit mode: inc %edx; 64-bit mode: a prefix
    nop
    testl %edx, %edx
    jz long_mode
    movl $(BASE + 0xfff0), %esp
    pushl %esi
    pushl %ebx
    pushl %eax
    call report_main
hang:
    hlt
    jmp hang

    .code64
long_mode:
    movl $(BASE + 0xfff0), %esp
    movl $text_long_mode, %esi
    movw $0x3fb, %dx
    movb $3, %al // 8 bits, no parity, one stop bit
    outb %al, %dx
    movw $0x3f8, %dx
1:
    lodsb
    testb %al, %al
    jz 2f
    outb %al, %dx
    jmp 1b
2:
    movl $0xfffffff0, %esi // the first 4 GiB are mapped: the last page too
    movb (%rsi), %al
    cmpb $0xea, %al // the far jump at the reset vector
    jne 3f
    movb $'+', %al
    outb %al, %dx
3:
    movb $0, %al
    movw $0xf4, %dx
    outb %al, %dx
    hlt
text_long_mode:
    .asciz "protocol elf64\n"

// void bios_interrupt(BiosRegisters*): the struct's `number` is 0x12 or 0x15.
    .code32
    .globl bios_interrupt
bios_interrupt:
    pushal
    movl 36(%esp), %esi
    movl $registers, %edi
    movl $8, %ecx
    rep movsl
    movl %esp, saved_esp
    movb registers + 28, %al
    movb %al, interrupt_number
    lgdt gdt_pointer
    lidt real_idt
    ljmp $0x18, $OFFSET(leave)

    .code16
leave:
    movw $0x20, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl %cr0, %eax
    andb $0xfe, %al
    movl %eax, %cr0
    ljmp $SEGMENT, $OFFSET(real)
real:
    movw %cs, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl $0xe000, %esp
    movl OFFSET(registers), %eax
    movl OFFSET(registers) + 4, %ebx
    movl OFFSET(registers) + 8, %ecx
    movl OFFSET(registers) + 12, %edx
    movl OFFSET(registers) + 16, %edi
    .byte 0xcd // int
interrupt_number:
    .byte 0
    movl %eax, OFFSET(registers)
    movl %ebx, OFFSET(registers) + 4
    movl %ecx, OFFSET(registers) + 8
    movl %edx, OFFSET(registers) + 12
    movl %edi, OFFSET(registers) + 16
    pushfl
    popl OFFSET(registers) + 20
    movl %esp, OFFSET(registers) + 24
    movl %cr0, %eax
    orb $1, %al
    movl %eax, %cr0
    ljmpl $0x08, $back

    .code32
back:
    movw $0x10, %ax
    movw %ax, %ds
    movw %ax, %es
    movw %ax, %ss
    movl saved_esp, %esp
    movl 36(%esp), %edi
    movl $registers, %esi
    movl $8, %ecx
    rep movsl
    popal
    ret

    .balign 8
gdt:
    .quad 0
    .quad 0x00cf9b000000ffff // 0x08: 32-bit code
    .quad 0x00cf93000000ffff // 0x10: data
    .quad 0x00009b020000ffff // 0x18: 16-bit code at 0x20000
    .quad 0x000093020000ffff // 0x20: 16-bit data at 0x20000
gdt_pointer:
    .word . - gdt - 1
    .long gdt
real_idt:
    .word 0x3ff
    .long 0
saved_esp:
    .long 0
registers:
    .fill 8, 4, 0
