#include "emu/guest/type_table.hpp"

#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace pagelab;
using namespace pagelab::guest;

namespace {

std::vector<char> image_of(char const* name)
{
    std::ifstream in(std::string(SAMPLE_DIR "/") + name + ".elf", std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Result<TypeTable> table_of(std::vector<char> const& image)
{
    return TypeTable::from_image(std::as_bytes(std::span(image)));
}

// Every question of the API, for the answers' side effects: none may crash or hang.
void ask_everything(TypeTable const& types)
{
    for (char const* path : {"lru.prev", "free_list[3][2].prev", "deep", "text[7]", "name"}) {
        if (auto const member = types.member("outer", path))
            (void)types.size_of(member->type);
    }
    for (char const* type : {"outer", "list_head", "base", "counter_t", "Color", "unsigned int"})
        (void)types.size_of(type);
    if (auto const variable = types.variable("objects"))
        (void)types.member(variable->type, "[1].counter");
    (void)types.constant("Green");
}

} // namespace

TEST_CASE("what is no kernel image gets one line")
{
    CHECK(table_of({}).error().message == "not an ELF file");
    CHECK(table_of(std::vector<char>(100, 'x')).error().message == "not an ELF file");
    auto image = image_of("sample-x86_64");
    REQUIRE(image.size() > 64);
    auto other_machine = image;
    other_machine[18] = 40; // e_machine: EM_ARM
    CHECK(table_of(other_machine).error().message ==
          "an ELF file for machine 40, neither i686 nor x86_64");
    auto object = image;
    object[16] = 1; // e_type: ET_REL
    CHECK(table_of(object).error().message ==
          "a relocatable object; type information is read from linked images");
    CHECK(TypeTable::load("/nonexistent").error().message == "/nonexistent: no such file");
    CHECK(!TypeTable::load("/"));
}

TEST_CASE("an image cut anywhere is refused or read, never fatal")
{
    for (char const* name : {"sample-i686", "sample-x86_64-compressed"}) {
        auto const image = image_of(name);
        for (size_t size = 0; size < image.size(); size += size < 256 ? 1 : 61) {
            auto const types = table_of({image.begin(), image.begin() + static_cast<long>(size)});
            if (types)
                ask_everything(*types);
            else
                CHECK(types.error().message.find('\n') == std::string::npos);
        }
    }
}

TEST_CASE("random damage to an image is refused or read, never fatal")
{
    // Repeat one: PAGELAB_SEED=N unit_guest -tc='random damage to an image*'
    char const* const fixed = std::getenv("PAGELAB_SEED");
    unsigned const first = fixed != nullptr ? static_cast<unsigned>(std::atoi(fixed)) : 1;
    unsigned const count = fixed != nullptr ? 1 : 3000;
    for (char const* name : {"sample-i686", "sample-x86_64", "sample-i686-dwarf4"}) {
        auto const image = image_of(name);
        for (unsigned seed = first; seed < first + count; seed++) {
            std::mt19937 random(seed);
            auto damaged = image;
            for (unsigned flips = 1 + random() % 16; flips != 0; flips--)
                damaged[random() % damaged.size()] ^= static_cast<char>(1u << random() % 8);
            INFO("PAGELAB_SEED=" << seed << " on " << name);
            if (auto const types = table_of(damaged))
                ask_everything(*types);
        }
    }
}
