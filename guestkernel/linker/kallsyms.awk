# The assembly source of the symbol table, from the lines of `nm -n -C`: "address type name".
# Functions only; without their types, their templates' arguments and the namespaces every name
# shares. kernel/kallsyms.hpp reads the table. Without input the table is empty, which is what the
# first link needs.
BEGIN { count = 0 }

$2 ~ /^[tTwW]$/ {
    name = $0
    sub(/^[^ ]+ [^ ]+ /, "", name)
    gsub(/\(anonymous namespace\)::/, "", name)
    while (gsub(/<[^<>]*>/, "", name) > 0)
        continue
    sub(/\(.*/, "", name)
    sub(/^[^<]* /, "", name)
    gsub(/pagelab::(arch|kernel|mm|lib)::/, "", name)
    gsub(/pagelab::/, "", name)
    if (name == "_text")
        text = $1
    if (name ~ /^(_text|_etext|physical_start)$/ || $1 == last)
        next
    last = $1
    addresses[count] = $1
    types[count] = $2
    names[count] = name
    count++
}

END {
    print ".section .kallsyms, \"a\""
    print ".balign 4"
    print ".globl kallsyms_count, kallsyms_offsets, kallsyms_name_offsets"
    print ".globl kallsyms_types, kallsyms_names"
    print "kallsyms_count: .long " count
    print "kallsyms_offsets:"
    for (i = 0; i < count; i++)
        print ".long 0x" addresses[i] " - 0x" text
    print "kallsyms_name_offsets:"
    offset = 0
    for (i = 0; i < count; i++) {
        print ".long " offset
        offset += length(names[i]) + 1
    }
    print "kallsyms_types:"
    for (i = 0; i < count; i++)
        print ".ascii \"" types[i] "\""
    print "kallsyms_names:"
    for (i = 0; i < count; i++)
        print ".asciz \"" names[i] "\""
}
