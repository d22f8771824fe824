// The names of CPUID's bits.
#include "guestkernel/kernel/cpu_flags.hpp"

#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/lib/bitops.hpp"

namespace pagelab::kernel {

namespace {

// Of bits 0 to 31, with a space between two; "-": none.
constexpr char k1Edx[] =
    "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn "
    "clflush - dts acpi mmx fxsr sse sse2 ss ht tm ia64 pbe";
constexpr char k80000001Edx[] =
    "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt "
    "pdpe1gb rdtscp - lm 3dnowext 3dnow";
constexpr char k1Ecx[] =
    "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 "
    "xtpr pdcm - pcid dca sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes "
    "xsave - avx f16c rdrand hypervisor";
constexpr char k80000001Ecx[] =
    "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch "
    "osvw ibs xop skinit wdt - lwp fma4 tce - nodeid_msr - tbm topoext "
    "perfctr_core perfctr_nb - bpext ptsc perfctr_llc mwaitx - -";
constexpr char k7Ebx[] =
    "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx "
    "rdt_a avx512f avx512dq rdseed adx smap avx512ifma - clflushopt clwb intel_pt "
    "avx512pf avx512er avx512cd sha_ni avx512bw avx512vl";

void show_flags(lib::seq_file& m, uint32_t word, char const* names)
{
    for (; *names != '\0'; word >>= 1) {
        size_t length = 0;
        while (names[length] != ' ' && names[length] != '\0')
            length++;
        if ((word & 1) != 0 && *names != '-') {
            lib::seq_putc(m, ' ');
            lib::seq_write(m, names, length);
        }
        names += names[length] == ' ' ? length + 1 : length;
    }
}

} // namespace

void show_cpu_flags(lib::seq_file& m)
{
    arch::CpuidResult const basic = arch::cpuid(1);
    bool const has_extended = arch::cpuid(0x8000'0000).eax >= 0x8000'0001;
    arch::CpuidResult const extended =
        has_extended ? arch::cpuid(0x8000'0001) : arch::CpuidResult{};
    show_flags(m, basic.edx, k1Edx);
    show_flags(m, extended.edx, k80000001Edx);
    show_flags(m, basic.ecx, k1Ecx);
    show_flags(m, extended.ecx, k80000001Ecx);
    if (arch::cpuid(0).eax >= 7)
        show_flags(m, arch::cpuid(7).ebx, k7Ebx);
}

} // namespace pagelab::kernel
