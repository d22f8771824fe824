// x86_64: from thread to thread (arch/x86/switch_to.hpp).
.text
.globl __switch_to_asm, ret_from_fork

__switch_to_asm:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    mov %rsp, (%rdi)
    mov %rsi, %rsp
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret

ret_from_fork: // RBP is 0: the last frame of every backtrace
    call schedule_tail
    mov %r12, %rdi
    call *%rbx
    ud2
