// i686: from thread to thread (arch/x86/switch_to.hpp). -mregparm=3: arguments are in EAX, EDX.
.text
.globl __switch_to_asm, ret_from_fork

__switch_to_asm:
    push %ebp
    push %ebx
    push %esi
    push %edi
    mov %esp, (%eax)
    mov %edx, %esp
    pop %edi
    pop %esi
    pop %ebx
    pop %ebp
    ret

ret_from_fork: // EBP is 0: the last frame of every backtrace
    call schedule_tail
    mov %edi, %eax
    call *%ebx
    ud2
