// The table of what is taken away from the model, with the reason beside each bit.
#include "emu/cpu/cpuid.hpp"

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::cpu {

namespace {

using x86::Bit;

// "pagelab" in EBX, ECX, EDX of leaf 0x40000000.
constexpr uint32_t kSignature[3] = {0x65676170, 0x0062616c, 0};

constexpr uint32_t bits(auto... masks)
{
    return static_cast<uint32_t>((masks | ...));
}

// Leaf 1 ECX.
constexpr uint32_t kNoLeaf1Ecx = bits(Bit<3>::mask,   // MONITOR: nothing to wake it
                                      Bit<5>::mask,   // VMX: not emulated
                                      Bit<12>::mask,  // FMA
                                      Bit<17>::mask,  // PCID: the TLB has no tags
                                      Bit<21>::mask,  // x2APIC: the APIC is memory-mapped only
                                      Bit<24>::mask,  // TSC deadline timer
                                      Bit<26>::mask,  // XSAVE: state beyond SSE is not kept
                                      Bit<27>::mask,  // OSXSAVE
                                      Bit<28>::mask,  // AVX
                                      Bit<29>::mask,  // F16C
                                      Bit<30>::mask); // RDRAND: runs are deterministic
constexpr uint32_t kHypervisorPresent = bits(Bit<31>::mask);

// Leaf 7 EBX.
constexpr uint32_t kNoLeaf7Ebx = bits(Bit<4>::mask,  // HLE
                                      Bit<5>::mask,  // AVX2
                                      Bit<10>::mask, // INVPCID
                                      Bit<11>::mask, // RTM
                                      Bit<14>::mask, // MPX
                                      Bit<16>::mask, // AVX512F and its kin
                                      Bit<17>::mask, Bit<18>::mask /* RDSEED */, Bit<21>::mask,
                                      Bit<25>::mask, // processor trace
                                      Bit<26>::mask, Bit<27>::mask, Bit<28>::mask,
                                      Bit<29>::mask, // SHA
                                      Bit<30>::mask, Bit<31>::mask);
// Leaf 7 ECX: protection keys and all AVX-512 extensions go; LA57 (16) and UMIP (2) are kept out
// or in as the model says.
constexpr uint32_t kNoLeaf7Ecx =
    bits(Bit<1>::mask, Bit<3>::mask, Bit<4>::mask, Bit<6>::mask, Bit<8>::mask, Bit<9>::mask,
         Bit<10>::mask, Bit<11>::mask, Bit<12>::mask, Bit<14>::mask, Bit<22>::mask);
// Leaf 0x80000001 ECX: SVM is not emulated.
constexpr uint32_t kNoExtendedEcx = bits(Bit<2>::mask);

constexpr uint32_t kPhysicalAddressBits = 40; // what the CPU library's walker implements

} // namespace

CpuidLeaf correct_cpuid(uint32_t leaf, uint32_t subleaf, CpuidLeaf model)
{
    switch (leaf) {
    case 1:
        model.ecx = (model.ecx & ~kNoLeaf1Ecx) | kHypervisorPresent;
        model.ebx &= 0x0000'ffff; // APIC ID 0, one logical processor
        model.edx &= ~bits(Bit<28>::mask);
        break;
    case 7:
        model.ebx = subleaf == 0 ? model.ebx & ~kNoLeaf7Ebx : 0;
        model.ecx = subleaf == 0 ? model.ecx & ~kNoLeaf7Ecx : 0;
        model.edx = 0; // microcode mitigations, AVX-512: none
        break;
    case 0xd:
        model = {};
        break;
    case kHypervisorLeaf:
        model = {kTimingLeaf, kSignature[0], kSignature[1], kSignature[2]};
        break;
    case kTimingLeaf:
        model = {kTscKhz, kApicKhz, 0, 0};
        break;
    case 0x8000'0001:
        model.ecx &= ~kNoExtendedEcx;
        break;
    case 0x8000'0008:
        model.eax = (model.eax & ~0xffu) | kPhysicalAddressBits;
        break;
    default:
        if (leaf > kHypervisorLeaf && leaf < 0x4000'0100)
            model = {};
        break;
    }
    return model;
}

} // namespace pagelab::cpu
