// Running one side of a benchmark once.
#pragma once

#include "emu/base/error.hpp"
#include "emu/cli/bench_table.hpp"

namespace pagelab::cli {

// "QEMU emulator version ...", or an error that says how to get it.
Result<std::string> qemu_version();

struct Measurement {
    double value = 0;        // in the measure's unit
    double instructions = 0; // of pagelab's guest, per operation of a loop; else 0
    double blocks = 0;       // likewise
};

// A loop is run twice, to subtract what booting costs. Errors: the emulator is missing, or what it
// prints is not what was asked for.
Result<Measurement> measure(Benchmark const& benchmark, Side const& side);

// Seconds of CPU time for one operation.
Result<double> measure_operation(SelfBenchmark const& benchmark, std::string_view arch);

// A loop of the guest whose instructions are counted.
struct CountedLoop {
    std::string_view loop;
    std::string_view arch;
    std::string memory = "128M"; // as --mem takes it
    std::string options = {};    // for the kernel's command line
};

// Guest instructions per round, counted by the engine over so many; what booting takes, and the
// first rounds, is subtracted.
Result<double> count_instructions(CountedLoop const& loop, uint64_t rounds);

} // namespace pagelab::cli
