// Into long mode, with the first 4 GiB mapped to themselves by 2 MiB pages.
//
//   0x1000 PML4 -> 0x2000 PDPT -> four page directories from 0x3000 (memory_map::kLongModeTables)
//
// Source: Intel SDM volume 3, sections 4.5 (tables) and 10.8.5 (order of the steps).
#define PML4 0x1000
#define PDPT 0x2000
#define DIRECTORIES 0x3000

#define TABLE 0x003      // present, writable
#define LARGE_PAGE 0x083 // and a 2 MiB page

#define CR4_PAE (1 << 5)
#define CR0_PG (1 << 31)
#define MSR_EFER 0xc0000080
#define EFER_LME (1 << 8)

    .text
    .code32

// void enter_long_mode(uint32_t entry), never returns.
    .globl enter_long_mode
enter_long_mode:
    movl 4(%esp), %ebx
    cli
    cld
    xorl %eax, %eax
    movl $PML4, %edi
    movl $(2 * 4096 / 4), %ecx
    rep stosl

    movl $(PDPT | TABLE), PML4
    movl $(DIRECTORIES + 0x0000 + TABLE), PDPT
    movl $(DIRECTORIES + 0x1000 + TABLE), PDPT + 8
    movl $(DIRECTORIES + 0x2000 + TABLE), PDPT + 16
    movl $(DIRECTORIES + 0x3000 + TABLE), PDPT + 24

    movl $DIRECTORIES, %edi
    movl $LARGE_PAGE, %eax
    movl $2048, %ecx
1:
    movl %eax, (%edi)
    movl $0, 4(%edi)
    addl $(2 << 20), %eax
    addl $8, %edi
    loop 1b

    movl %cr4, %eax
    orl $CR4_PAE, %eax
    movl %eax, %cr4
    movl $PML4, %eax
    movl %eax, %cr3
    movl $MSR_EFER, %ecx
    rdmsr
    orl $EFER_LME, %eax
    wrmsr
    movl %cr0, %eax
    orl $CR0_PG, %eax
    movl %eax, %cr0
    ljmpl $CODE64, $long_mode

    .code64
long_mode:
    movl %ebx, %ecx // upper halves become zero
    xorl %eax, %eax
    xorl %ebx, %ebx
    xorl %edx, %edx
    xorl %esi, %esi
    xorl %edi, %edi
    xorl %ebp, %ebp
    jmpq *%rcx
