// Names of the models of the CPU library (uc_cpu_x86), in its order.
#include "emu/cpu/cpu_model.hpp"

#include <algorithm>
#include <array>

#include <unicorn/unicorn.h>

namespace pagelab::cpu {

namespace {

constexpr std::array kModels = {
    CpuModel{"max", UC_CPU_X86_SKYLAKE_SERVER},
    CpuModel{"qemu64", UC_CPU_X86_QEMU64},
    CpuModel{"phenom", UC_CPU_X86_PHENOM},
    CpuModel{"core2duo", UC_CPU_X86_CORE2DUO},
    CpuModel{"kvm64", UC_CPU_X86_KVM64},
    CpuModel{"qemu32", UC_CPU_X86_QEMU32},
    CpuModel{"pentium3", UC_CPU_X86_PENTIUM3},
    CpuModel{"conroe", UC_CPU_X86_CONROE},
    CpuModel{"nehalem", UC_CPU_X86_NEHALEM},
    CpuModel{"westmere", UC_CPU_X86_WESTMERE},
    CpuModel{"sandybridge", UC_CPU_X86_SANDYBRIDGE},
    CpuModel{"ivybridge", UC_CPU_X86_IVYBRIDGE},
    CpuModel{"haswell", UC_CPU_X86_HASWELL},
    CpuModel{"broadwell", UC_CPU_X86_BROADWELL},
    CpuModel{"skylake-client", UC_CPU_X86_SKYLAKE_CLIENT},
    CpuModel{"skylake-server", UC_CPU_X86_SKYLAKE_SERVER},
    CpuModel{"icelake-server", UC_CPU_X86_ICELAKE_SERVER},
    CpuModel{"opteron_g1", UC_CPU_X86_OPTERON_G1},
    CpuModel{"opteron_g5", UC_CPU_X86_OPTERON_G5},
    CpuModel{"epyc", UC_CPU_X86_EPYC},
};

} // namespace

std::span<CpuModel const> cpu_models()
{
    return kModels;
}

Result<CpuModel> find_cpu_model(std::string_view name)
{
    auto const found = std::ranges::find(kModels, name, &CpuModel::name);
    if (found != kModels.end())
        return *found;
    std::string known;
    for (CpuModel const& model : kModels)
        known += fmt::format("{}{}", known.empty() ? "" : ", ", model.name);
    return fail("no CPU model '{}'; known are {}", name, known);
}

} // namespace pagelab::cpu
