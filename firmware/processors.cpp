// Telling the kernel of all processors: the MP table, from fw_cfg's count and this processor.
#include "firmware/io.hpp"
#include "firmware/mp_table.hpp"
#include "guestkernel/abi/x86/lapic.hpp"

namespace pagelab::firmware {

using namespace memory_map;

void write_mp_table(uint32_t processor_count)
{
    if (processor_count < 2 || !has_local_apic())
        return;
    uint32_t signature = 1, ebx, ecx, features;
    asm volatile("cpuid" : "+a"(signature), "=b"(ebx), "=c"(ecx), "=d"(features));
    auto const version =
        *reinterpret_cast<uint32_t volatile*>(x86::lapic::kDefaultBase + x86::lapic::kVersion);
    build_mp_table(reinterpret_cast<uint8_t*>(kMpTable), processor_count,
                   {static_cast<uint8_t>(version), signature, features});
    reinterpret_cast<ExtendedBiosData*>(kExtendedBiosData)->mp_pointer = make_mp_pointer(kMpTable);
}

} // namespace pagelab::firmware
