// The benchmarks: what each runs, what it is compared with, and how it should come out.
//
// Most pair pagelab with QEMU's TCG (qemu-system-x86_64 -accel tcg -cpu max -M pc, with nothing
// attached but a serial port) on the same multiboot image. Loops are those of
// guestkernel/kernel/bench.hpp.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pagelab::cli {

enum class Emulator : uint8_t { Pagelab, Qemu };

enum class Measure : uint8_t {
    FirstReport, // wall seconds from start to the end of the first /proc/buddyinfo
    PeakMemory,  // KiB resident, of the same run
    Loop,        // CPU seconds of a loop, less those of a run that does it once
};

// One side of a comparison. A loop's name and the options go to the kernel's command line.
struct Side {
    Emulator emulator = Emulator::Pagelab;
    std::string_view loop = {};
    std::string_view options = {};
};

struct Benchmark {
    std::string name; // --only takes it, or the part before the slash
    Measure measure = Measure::Loop;
    std::string_view arch;
    Side subject;
    Side reference;
    uint64_t rounds = 1;     // of a loop
    uint64_t operations = 1; // in a round
    double bar = 1;          // what the ratio subject / reference should not be above
};

std::vector<Benchmark> benchmarks();

// A loop in which pagelab spends its time on one thing.
struct SelfBenchmark {
    std::string_view operation;
    std::string_view loop;
    uint64_t rounds = 1;
    uint64_t operations = 1; // in a round
};

std::span<SelfBenchmark const> self_benchmarks();

// Whether `only` is empty, the benchmark's name, or the part of that before the slash.
bool is_chosen(std::string_view name, std::string_view only);

} // namespace pagelab::cli
