# Module.symvers of a kernel, from the lines of `nm` of its image: "address type name".
# An entry of the table of GPL-only symbols lies between that table's two ends; both tables hold
# struct kernel_symbol, each named __ksymtab_ and the symbol. See emu/kbuild/symvers.hpp.
$3 == "__start___ksymtab_gpl" { gpl_start = $1 }
$3 == "__stop___ksymtab_gpl" { gpl_stop = $1 }
$3 ~ /^__ksymtab_/ { address[substr($3, 11)] = $1 }

END {
    for (name in address) {
        # Of one width and in lower case: they compare as text.
        gpl = address[name] "" >= gpl_start "" && address[name] "" < gpl_stop ""
        printf "0x00000000\t%s\tvmlinux\tEXPORT_SYMBOL%s\t\n", name, gpl ? "_GPL" : ""
    }
}
