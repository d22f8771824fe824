// The fields of the four leaves.
#include "emu/cpu/cpuid_topology.hpp"

#include <bit>

#include "guestkernel/abi/x86/field.hpp"

namespace pagelab::cpu {

namespace {

using x86::Bit;
using x86::Field;

namespace leaf1 { // EBX, EDX
using Logical = Field<23, 16>;
using ApicId = Field<31, 24>;
using MultiThreading = Bit<28>;
} // namespace leaf1

namespace leaf4 { // EAX
using CacheLevel = Field<7, 5>;
using SharedBy = Field<25, 14>; // less one
using Cores = Field<31, 26>;    // less one
constexpr unsigned kLastLevel = 3;
} // namespace leaf4

namespace leaf_b { // ECX
using Level = Field<7, 0>;
using Type = Field<15, 8>;
enum : unsigned { kNone, kThread, kCore };
} // namespace leaf_b

constexpr uint32_t word(uint64_t value)
{
    return static_cast<uint32_t>(value);
}

CpuidLeaf extended_topology(uint32_t level, unsigned cpus, unsigned cpu)
{
    auto const shift = static_cast<uint32_t>(std::bit_width(cpus - 1));
    if (level == 0)
        return {0, 1, word(leaf_b::Type::make(leaf_b::kThread)), cpu};
    if (level == 1)
        return {shift, cpus, word(leaf_b::Level::make(level) | leaf_b::Type::make(leaf_b::kCore)),
                cpu};
    return {0, 0, word(leaf_b::Level::make(level & 0xff)), cpu};
}

} // namespace

CpuidLeaf add_topology(uint32_t leaf, uint32_t subleaf, CpuidLeaf answer, unsigned cpus,
                       unsigned cpu)
{
    if (cpus == 1)
        return answer;
    switch (leaf) {
    case 1:
        answer.ebx |= word(leaf1::Logical::make(cpus) | leaf1::ApicId::make(cpu));
        answer.edx |= word(leaf1::MultiThreading::mask);
        break;
    case 4:
        if (answer.eax == 0)
            break;
        answer.eax &= word(~(leaf4::Cores::mask | leaf4::SharedBy::mask));
        answer.eax |= word(leaf4::Cores::make(cpus - 1));
        if (leaf4::CacheLevel::get(answer.eax) == leaf4::kLastLevel)
            answer.eax |= word(leaf4::SharedBy::make(cpus - 1));
        break;
    case 0xb:
        return extended_topology(subleaf, cpus, cpu);
    case 0x8000'0008:
        answer.ecx = cpus - 1;
        break;
    default:
        break;
    }
    return answer;
}

} // namespace pagelab::cpu
