// The last jump: into the kernel, in flat 32-bit mode or in long mode.
    .text
    .code32

// void enter_kernel(uint32_t entry, uint32_t eax, uint32_t ebx, uint32_t esi), never returns.
// Interrupts are off, the direction flag is clear, all other registers are zero.
    .globl enter_kernel
enter_kernel:
    movl 4(%esp), %ecx
    movl 8(%esp), %eax
    movl 12(%esp), %ebx
    movl 16(%esp), %esi
    xorl %edx, %edx
    xorl %edi, %edi
    xorl %ebp, %ebp
    cli
    cld
    jmp *%ecx
