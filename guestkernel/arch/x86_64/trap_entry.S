// Trap entry, x86_64: one stub per vector makes all frames alike, then calls handle_trap.
//
// Vectors 0..47: the processor's 32 exceptions and the 16 lines of the PIC pair. A stub is padded
// to 16 bytes, so that vector v enters at trap_stubs + 16 v. The push order is pt_regs'
// (arch/x86/trap_frame.hpp). Vectors that push an error code: abi/x86/vectors.hpp.
//
// Interrupts are handled on this CPU's interrupt stack, as soon as it has one, unless they come
// while it is in use. The frame stays where it is; RBP's chain leads from one stack to the other.
// Then another thread may run, before this one resumes from its frame.
.set PUSHES_ERROR_CODE, 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17 | \
                        1 << 21 | 1 << 29 | 1 << 30

.text
.globl trap_stubs
.balign 16
trap_stubs:
.set vector, 0
.rept 48
    .balign 16
    .if vector >= 32 || !(PUSHES_ERROR_CODE >> vector & 1)
    push $0
    .endif
    push $vector
    jmp trap_common
    .set vector, vector + 1
.endr

// The vectors of the local APIC: arch/x86/system_vectors.hpp.
.globl system_stubs
.balign 16
system_stubs:
.set vector, 0xec
.rept 20
    .balign 16
    push $0
    push $vector
    jmp trap_common
    .set vector, vector + 1
.endr

trap_common:
    push %rdi
    push %rsi
    push %rdx
    push %rcx
    push %rax
    push %r8
    push %r9
    push %r10
    push %r11
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    cld
    mov %rsp, %rdi
    cmpq $32, 120(%rsp) // the vector
    jae interrupt
    call handle_trap
restore:
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbp
    pop %rbx
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rax
    pop %rcx
    pop %rdx
    pop %rsi
    pop %rdi
    add $16, %rsp // vector and error code
    iretq

interrupt:
    mov %rsp, %rbx // handle_trap preserves it, and R12
    mov %gs:hardirq_stack_ptr, %r12
    test %r12, %r12
    jz 1f
    movq $0, %gs:hardirq_stack_ptr // in use
    mov %r12, %rsp
    call handle_trap
    mov %rbx, %rsp
    mov %r12, %gs:hardirq_stack_ptr
    jmp 2f
1:  call handle_trap
2:  cmpl $0, %gs:__preempt_count // lib/preempt.hpp: 0 if it may be preempted, and should be
    jne restore
    testl $0x200, 152(%rsp) // the interrupted code's IF
    jz restore
    call preempt_schedule_irq
    jmp restore
