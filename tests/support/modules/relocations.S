// Every relocation a module may have, side by side: tests/unit/module/relocation_test.cpp knows
// what each place must hold.
        .globl places, target
        .section .rodata, "a"
        .balign 16
target: .long 0

        .data
        .balign 16
places:
#ifdef __x86_64__
        .quad target + 0x10            // 64
        .quad target - . + 3           // PC64
        .long target + 4               // 32
        .long target - . - 4           // PC32
        .long 0                        // patched as 32S below
        .long 0                        // PLT32
        .reloc places + 24, R_X86_64_32S, target + 8
        .reloc places + 28, R_X86_64_PLT32, target - 4
        .reloc places, R_X86_64_NONE
#else
        .long target + 0x10            // 32
        .long target - . + 3           // PC32
        .long 5                        // PLT32
        .reloc places + 8, R_386_PLT32, target
        .reloc places, R_386_NONE
#endif
        .section .gnu.linkonce.this_module, "aw"
        .balign 8
        .globl __this_module
__this_module:
#ifdef __x86_64__
        .skip 512
#else
        .skip 256
#endif
        .section .modinfo, "a"
        .asciz "name=relocations"
