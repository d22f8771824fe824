// Trap entry, i686: one stub per vector makes all frames alike, then calls handle_trap.
//
// Vectors 0..47: the processor's 32 exceptions and the 16 lines of the PIC pair. A stub is padded
// to 16 bytes, so that vector v enters at trap_stubs + 16 v. The push order is pt_regs'
// (arch/x86/trap_frame.hpp). Vectors that push an error code: abi/x86/vectors.hpp.
//
// Interrupts are handled on this CPU's interrupt stack, as soon as it has one, unless they come
// while it is in use. The frame stays where it is; EBP's chain leads from one stack to the other.
// Then another thread may run, before this one resumes from its frame.
//
// In the kernel the data segments are the kernel's already: they are loaded only on the way from
// and to another privilege.
//
// A double fault comes by a task gate instead, since its cause may be the stack: a task of its own
// starts at double_fault_task with only the error code on its stack (Intel SDM volume 3, 6.15).
.set PUSHES_ERROR_CODE, 1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17 | \
                        1 << 21 | 1 << 29 | 1 << 30

.text
.globl trap_stubs, double_fault_task
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
    push %gs
    push %fs
    push %es
    push %ds
    push %eax
    push %ebp
    push %edi
    push %esi
    push %edx
    push %ecx
    push %ebx
    cld
    testb $3, 56(%esp) // CS
    jz 2f
    mov $0x18, %eax
    mov %eax, %ds
    mov %eax, %es
    mov $0x30, %eax // per-CPU data
    mov %eax, %fs
2:  cmpl $32, 44(%esp) // the vector
    jae interrupt
    mov %esp, %eax // -mregparm=3: arguments are in registers
    call handle_trap
restore:
    pop %ebx
    pop %ecx
    pop %edx
    pop %esi
    pop %edi
    pop %ebp
    pop %eax
    testb $3, 28(%esp) // CS
    jz 3f
    pop %ds
    pop %es
    pop %fs
    pop %gs
    add $8, %esp // vector and error code
    iret
3:  add $24, %esp // data segments, vector and error code
    iret

interrupt:
    mov %esp, %ebx // handle_trap preserves it, and ESI
    mov %esp, %eax
    mov %fs:hardirq_stack_ptr, %esi
    test %esi, %esi
    jz 4f
    movl $0, %fs:hardirq_stack_ptr // in use
    mov %esi, %esp
    call handle_trap
    mov %ebx, %esp
    mov %esi, %fs:hardirq_stack_ptr
    jmp 5f
4:  call handle_trap
5:  cmpl $0, %fs:__preempt_count // lib/preempt.hpp: 0 if it may be preempted, and should be
    jne restore
    testl $0x200, 60(%esp) // the interrupted code's IF
    jz restore
    call preempt_schedule_irq
    jmp restore

double_fault_task:
    call handle_double_fault
    ud2
