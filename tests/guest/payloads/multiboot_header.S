// Makes the report a multiboot image.
    .section .header, "a"
    .balign 4
    .long 0x1badb002
    .long 3 // modules on pages, memory information
    .long -(0x1badb002 + 3)
