// A machine's moment in a file, with all that is needed to go on from it in another process.
//
//   offset 0   "PAGELAB\x1a", version and zero as 32-bit numbers, little-endian
//   offset 16  one Zstandard frame (RFC 8878) with its size and checksum: what SavedMachine has,
//              in cereal's portable binary format, then each page of RAM that is not zeros
//
// The processors are the CPU library's own bytes: a file is for the version of it that wrote it,
// which shows in their size.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "emu/machine/machine.hpp"

namespace pagelab::machine {

inline constexpr uint32_t kSnapshotVersion = 1;

// What a machine does not know of itself.
struct Surroundings {
    std::string kernel_file; // the image it runs, for its types; may be gone
    bool awaited = false;    // the guest waits for someone to type
};

struct SavedMachine {
    MachineConfig config;
    Surroundings surroundings;
    std::vector<std::byte> rom;
    dev::FwCfg::Items items;
    Snapshot snapshot;
};

// The old file stays whole whatever happens.
Result<> write_snapshot(std::filesystem::path const& file, Machine& machine,
                        Surroundings const& surroundings);

// Errors: it cannot be read, is of another version, or is not as it was written.
Result<SavedMachine> read_snapshot(std::filesystem::path const& file);
Result<SavedMachine> parse_snapshot(std::span<std::byte const> bytes);

// A machine that stands at that moment.
Result<std::unique_ptr<Machine>> make_machine(SavedMachine const& saved, Attendant& attendant);

} // namespace pagelab::machine
