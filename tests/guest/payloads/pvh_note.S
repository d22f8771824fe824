// Makes the report a PVH image: the ELF note XEN_ELFNOTE_PHYS32_ENTRY.
    .section .note.Xen, "a", @note
    .balign 4
    .long 4, 4, 18 // sizes of name and value, type
    .asciz "Xen"
    .long payload_entry
