// What every fuzz target is made of: the function under test, and what makes its inputs.
#pragma once

#include <cstddef>
#include <random>
#include <span>
#include <vector>

// The target's: takes any bytes, returns 0.
int fuzz_one(std::span<std::byte const> input);

// The maker's: the next input, as a function of the generator's state alone.
std::vector<std::byte> next_input(std::mt19937_64& random);

// The target's, for the maker mutated_seeds.cpp: a valid input, and which bytes of it (from
// hot_begin up to but without hot_end) are the headers worth changing.
struct FuzzSeed {
    std::vector<std::byte> bytes;
    size_t hot_begin;
    size_t hot_end;
};
std::span<FuzzSeed const> fuzz_seeds();
