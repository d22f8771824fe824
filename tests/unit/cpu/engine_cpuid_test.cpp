// CPUID tells the truth: what it offers runs, what the emulation lacks it does not offer.
#include "emu/cpu/cpuid.hpp"

#include <string>

#include "tests/unit/cpu/paged_bench.hpp"

using namespace pagelab;

namespace {

enum Register : uint8_t { Eax, Ebx, Ecx, Edx };

std::vector<uint32_t> cpuid(uint32_t leaf, uint32_t subleaf = 0, std::string_view model = "max")
{
    std::vector<uint8_t> code;
    append(code, {0x66, 0xb8});
    append32(code, leaf);
    append(code, {0x66, 0xb9});
    append32(code, subleaf);
    append(code, {0x0f, 0xa2, 0x66, 0xe7, 0xe9});
    append(code, {0x66, 0x89, 0xd8, 0x66, 0xe7, 0xe9}); // ebx
    append(code, {0x66, 0x89, 0xc8, 0x66, 0xe7, 0xe9}); // ecx
    append(code, {0x66, 0x89, 0xd0, 0x66, 0xe7, 0xe9, 0xf4});
    Bench bench(code, model);
    REQUIRE(bench.engine->run() == Stop::Halt);
    REQUIRE(bench.outputs.size() == 4);
    return bench.written(0xe9);
}

struct Feature {
    char const* name;
    uint32_t leaf;
    Register reg;
    unsigned bit;
    std::vector<uint8_t> code; // in 64-bit mode, privilege 0
};

bool offered(Feature const& feature, std::string_view model = "max")
{
    return (cpuid(feature.leaf, 0, model)[feature.reg] >> feature.bit & 1) != 0;
}

} // namespace

TEST_CASE("what CPUID offers can be run")
{
    Feature const features[] = {
        {"FPU", 1, Edx, 0, {0xd9, 0xe8, 0xdd, 0xd8}},
        {"TSC", 1, Edx, 4, {0x0f, 0x31}},
        {"CX8", 1, Edx, 8, {0x0f, 0xc7, 0x0c, 0x24}},
        {"CMOV", 1, Edx, 15, {0x0f, 0x44, 0xc1}},
        {"CLFSH", 1, Edx, 19, {0x0f, 0xae, 0x3c, 0x24}},
        {"MMX", 1, Edx, 23, {0x0f, 0xfc, 0xc1, 0x0f, 0x77}},
        {"FXSR", 1, Edx, 24, {0x0f, 0xae, 0x04, 0x25, 0x00, 0x40, 0x04, 0x00}},
        {"SSE", 1, Edx, 25, {0x0f, 0x58, 0xc1}},
        {"SSE2", 1, Edx, 26, {0x66, 0x0f, 0xfe, 0xc1}},
        {"SSE3", 1, Ecx, 0, {0xf2, 0x0f, 0xd0, 0xc1}},
        {"PCLMULQDQ", 1, Ecx, 1, {0x66, 0x0f, 0x3a, 0x44, 0xc1, 0x00}},
        {"SSSE3", 1, Ecx, 9, {0x66, 0x0f, 0x38, 0x00, 0xc1}},
        {"CX16", 1, Ecx, 13, {0x48, 0x0f, 0xc7, 0x0c, 0x25, 0x00, 0x40, 0x04, 0x00}},
        {"SSE4.1", 1, Ecx, 19, {0x66, 0x0f, 0x38, 0x17, 0xc1}},
        {"SSE4.2", 1, Ecx, 20, {0xf2, 0x0f, 0x38, 0xf1, 0xc1}},
        {"MOVBE", 1, Ecx, 22, {0x0f, 0x38, 0xf0, 0x04, 0x24}},
        {"POPCNT", 1, Ecx, 23, {0xf3, 0x0f, 0xb8, 0xc1}},
        {"AES", 1, Ecx, 25, {0x66, 0x0f, 0x38, 0xdc, 0xc1}},
        {"RDRAND", 1, Ecx, 30, {0x0f, 0xc7, 0xf0}},
        {"FSGSBASE",
         7,
         Ebx,
         0,
         {0x0f, 0x20, 0xe0, 0x0d, 0, 0, 1, 0, 0x0f, 0x22, 0xe0, //
          0xf3, 0x48, 0x0f, 0xae, 0xc0}},
        {"BMI1", 7, Ebx, 3, {0xc4, 0xe2, 0x70, 0xf2, 0xc1}},
        {"BMI2", 7, Ebx, 8, {0xc4, 0xe2, 0x73, 0xf6, 0xc1}},
        {"RDSEED", 7, Ebx, 18, {0x0f, 0xc7, 0xf8}},
        {"ADX", 7, Ebx, 19, {0x66, 0x0f, 0x38, 0xf6, 0xc1}},
        {"SMAP", 7, Ebx, 20, {0x0f, 0x01, 0xcb, 0x0f, 0x01, 0xca}},
        {"CLFLUSHOPT", 7, Ebx, 23, {0x66, 0x0f, 0xae, 0x3c, 0x24}},
        {"CLWB", 7, Ebx, 24, {0x66, 0x0f, 0xae, 0x34, 0x24}},
        {"LAHF64", 0x8000'0001, Ecx, 0, {0x9f, 0x9e}},
        {"ABM", 0x8000'0001, Ecx, 5, {0xf3, 0x0f, 0xbd, 0xc1}},
        {"3DNOWPREFETCH", 0x8000'0001, Ecx, 8, {0x0f, 0x0d, 0x0c, 0x24}},
        {"RDTSCP", 0x8000'0001, Edx, 27, {0x0f, 0x01, 0xf9}},
    };
    Feature const long_mode = {"long mode", 0x8000'0001, Edx, 29, {}};
    for (cpu::CpuModel const& model : cpu::cpu_models()) {
        if (!offered(long_mode, model.name))
            continue;
        CAPTURE(std::string(model.name));
        std::map<uint32_t, std::vector<uint32_t>> leaves;
        for (uint32_t const leaf : {1u, 7u, 0x8000'0001u})
            leaves[leaf] = cpuid(leaf, 0, model.name);
        std::vector<uint8_t> code;
        size_t last = 0;
        for (size_t i = 0; i < std::size(features); ++i) {
            Feature const& feature = features[i];
            if ((leaves[feature.leaf][feature.reg] >> feature.bit & 1) == 0)
                continue;
            append(code, {0xb0, static_cast<int>(i), 0xe6, 0xe7}); // mov al,i; out 0xe7,al
            code.insert(code.end(), feature.code.begin(), feature.code.end());
            last = i;
        }
        append(code, {0xf4});
        PagedBench bench(Mode::Long, 0, model.name);
        bench.set_code(code);
        CHECK(bench.engine->run() == Stop::Halt);
        REQUIRE(!bench.written(0xe7).empty());
        INFO("stopped at ", features[bench.written(0xe7).back()].name);
        CHECK(bench.written(0xe7).back() == last);
        CHECK(bench.written(0xe8).empty()); // no exception
    }
}

TEST_CASE("what is not emulated is not offered")
{
    Feature const absent[] = {
        {"MONITOR", 1, Ecx, 3, {}}, {"VMX", 1, Ecx, 5, {}},
        {"FMA", 1, Ecx, 12, {}},    {"PCID", 1, Ecx, 17, {}},
        {"x2APIC", 1, Ecx, 21, {}}, {"TSC deadline", 1, Ecx, 24, {}},
        {"XSAVE", 1, Ecx, 26, {}},  {"OSXSAVE", 1, Ecx, 27, {}},
        {"AVX", 1, Ecx, 28, {}},    {"F16C", 1, Ecx, 29, {}},
        {"RDRAND", 1, Ecx, 30, {}}, {"HTT", 1, Edx, 28, {}},
        {"AVX2", 7, Ebx, 5, {}},    {"INVPCID", 7, Ebx, 10, {}},
        {"MPX", 7, Ebx, 14, {}},    {"AVX512F", 7, Ebx, 16, {}},
        {"RDSEED", 7, Ebx, 18, {}}, {"PKU", 7, Ecx, 3, {}},
        {"OSPKE", 7, Ecx, 4, {}},   {"SVM", 0x8000'0001, Ecx, 2, {}},
    };
    for (Feature const& feature : absent) {
        CAPTURE(feature.name);
        CHECK(!offered(feature));
    }
}

TEST_CASE("a machine needs these, in every model of 64 bits")
{
    Feature const needed[] = {
        {"PSE", 1, Edx, 3, {}},
        {"TSC", 1, Edx, 4, {}},
        {"MSR", 1, Edx, 5, {}},
        {"PAE", 1, Edx, 6, {}},
        {"CX8", 1, Edx, 8, {}},
        {"APIC", 1, Edx, 9, {}},
        {"SEP", 1, Edx, 11, {}},
        {"PGE", 1, Edx, 13, {}},
        {"SSE2", 1, Edx, 26, {}},
        {"hypervisor", 1, Ecx, 31, {}},
        {"NX", 0x8000'0001, Edx, 20, {}},
        {"1 GiB pages", 0x8000'0001, Edx, 26, {}},
        {"long mode", 0x8000'0001, Edx, 29, {}},
    };
    for (Feature const& feature : needed) {
        CAPTURE(feature.name);
        CHECK(offered(feature));
    }
}

TEST_CASE("the hypervisor leaves: a name, and the clock in kHz")
{
    auto const leaf = cpuid(cpu::kHypervisorLeaf);
    CHECK(leaf[Eax] == cpu::kTimingLeaf);
    std::string name;
    for (Register const reg : {Ebx, Ecx, Edx})
        for (int shift = 0; shift < 32; shift += 8)
            if (char const c = static_cast<char>(leaf[reg] >> shift); c != 0)
                name += c;
    CHECK(name == "pagelab");
    CHECK(cpuid(cpu::kTimingLeaf) == std::vector<uint32_t>{cpu::kTscKhz, cpu::kApicKhz, 0, 0});
    CHECK(cpuid(0x4000'0001) == std::vector<uint32_t>{0, 0, 0, 0});
    CHECK((cpuid(0x8000'0008)[Eax] & 0xff) == 40);
    CHECK((cpuid(1)[Ebx] >> 16) == 0); // APIC ID 0, one logical processor
}

TEST_CASE("EFER.NXE sticks and reads back; LMA shows long mode")
{
    PagedBench bench(Mode::Long);
    // mov ecx,0xc0000080; rdmsr; out 0xe9,eax; mov eax,cr4; out; mov eax,cr0; out; hlt
    bench.set_code({0xb9, 0x80, 0x00, 0x00, 0xc0, 0x0f, 0x32, 0xe7, 0xe9, 0x0f,
                    0x20, 0xe0, 0xe7, 0xe9, 0x0f, 0x20, 0xc0, 0xe7, 0xe9, 0xf4});
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == std::vector<uint32_t>{0xd01, 0x6a0, 0x8001'0033});
}

TEST_CASE("1 GiB pages map")
{
    PagedBench bench(Mode::Long);
    bench.put_word<uint64_t>(kTablesAt + 0x1000 + 8, 0x83); // 1 GiB: physical 0
    bench.put_word<uint32_t>(0x5'0000, 0xbeef);
    // mov eax,[0x40050000]; out 0xe9,eax; hlt
    bench.set_code({0x8b, 0x04, 0x25, 0x00, 0x00, 0x05, 0x40, 0xe7, 0xe9, 0xf4});
    REQUIRE(bench.engine->run() == Stop::Halt);
    CHECK(bench.written(0xe9) == std::vector<uint32_t>{0xbeef});
}

TEST_CASE("global pages stay through a load of CR3, others do not")
{
    PagedBench bench(Mode::Long);
    for (uint32_t const page : {0x5'0000u, 0x5'1000u}) {
        bench.put_word<uint32_t>(page, 1);
        bench.put_word<uint32_t>(page + 0x1'0000, 2);
    }
    bench.map(0x5'1000, 0x5'1103); // global
    std::vector<uint8_t> code;
    auto const load = [&] { // mov eax,[0x50000]; out 0xe9; mov eax,[0x51000]; out 0xe9
        append(code, {0x8b, 0x04, 0x25, 0x00, 0x00, 0x05, 0x00, 0xe7, 0xe9});
        append(code, {0x8b, 0x04, 0x25, 0x00, 0x10, 0x05, 0x00, 0xe7, 0xe9});
    };
    load();
    for (uint32_t const page : {0x5'0000u, 0x5'1000u}) { // mov byte [entry + 2],6
        append(code, {0xc6, 0x04, 0x25});
        append32(code, static_cast<uint32_t>(bench.entry_of(page) + 2));
        append(code, {6});
    }
    append(code, {0x0f, 0x20, 0xd8, 0x0f, 0x22, 0xd8}); // mov eax,cr3; mov cr3,eax
    load();
    append(code, {0xf4});
    bench.set_code(code);
    REQUIRE(bench.engine->run() == Stop::Halt);
    auto const seen = bench.written(0xe9);
    REQUIRE(seen.size() == 4);
    CHECK(seen[2] == 2);
    CHECK((seen[3] == 1 || seen[3] == 2)); // it may stay: SDM vol. 3, section 4.10.2.4
}

TEST_CASE("unknown leaves and every model answer")
{
    CHECK(cpuid(0x5000'0000) == std::vector<uint32_t>{0, 0, 0, 0});
    for (cpu::CpuModel const& model : cpu::cpu_models()) {
        CAPTURE(std::string(model.name));
        auto const leaf = cpuid(1, 0, model.name);
        CHECK((leaf[Ecx] >> 31) == 1);
        CHECK((leaf[Ecx] >> 30 & 1) == 0);
    }
}
