// Stands for the model tests of 32 bits where they cannot be built.
#include <cstdio>

#include <doctest/doctest.h>

TEST_CASE("the allocators, compiled for 32 bits")
{
    std::puts("SKIP: g++-multilib is not installed");
}
