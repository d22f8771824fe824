// What an operation of the memory manager costs in guest instructions, beside Linux and a bar.
//
// Counts come from the engine: the same run counts the same, on any host under any load. Linux'
// are per operation, counted on QEMU with one instruction per tick by a module on Debian's
// 6.1.0-50 kernels (amd64 with 256 MiB, 686-pae with 2 GiB; init_on_alloc=0 mitigations=off).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "emu/base/error.hpp"

namespace pagelab::cli {

struct CostRow {
    std::string_view operation;
    std::string_view loop; // of guestkernel/kernel/bench.hpp
    double bar = 0;        // instructions that one operation may take, on either width
    double linux_64 = 0; // 0: not counted there
    double linux_32 = 0;
};

std::span<CostRow const> cost_rows();

struct Cost {
    CostRow row;
    std::string_view arch;
    double instructions = 0; // per operation

    bool meets_bar() const { return instructions <= row.bar; }
    double on_linux() const { return arch == "i686" ? row.linux_32 : row.linux_64; }
};

Result<Cost> measure_cost(CostRow const& row, std::string_view arch);

std::string cost_header();
std::string cost_line(Cost const& cost);
nlohmann::json to_json(Cost const& cost);

} // namespace pagelab::cli
