// The CPU models a guest can be given, by name, and what CPUID says of each.
#pragma once

#include <span>
#include <string_view>

#include "emu/base/error.hpp"

namespace pagelab::cpu {

struct CpuModel {
    std::string_view name; // as --cpu-model takes it, lower case
    int library_number;    // the CPU library's
};

std::span<CpuModel const> cpu_models();

// "max" is the default: the newest model on which everything offered works.
Result<CpuModel> find_cpu_model(std::string_view name);

} // namespace pagelab::cpu
