// fuzz_one: what every fuzz target defines. Takes any bytes, returns 0.
#pragma once

#include <cstddef>
#include <span>

int fuzz_one(std::span<std::byte const> input);
