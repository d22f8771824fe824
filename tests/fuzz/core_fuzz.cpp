// Damaged core files: whatever is accepted has memory within the file and registers.
#include <algorithm>

#include "emu/base/check.hpp"
#include "emu/core/core_file.hpp"
#include "tests/fuzz/fuzz_one.hpp"

using namespace pagelab;

namespace {

// ELF64 headers by hand: notes, then two segments that overlap.
std::vector<std::byte> valid_core()
{
    std::vector<core::Note> const notes = {core::prstatus_note({}, 0, core::Width::Bits64),
                                           core::qemu_note({}), core::pagelab_note({}),
                                           core::vmcoreinfo_note("PAGESIZE=4096\n")};
    auto const packed = core::pack(notes);
    std::vector<uint64_t> const words = {
        // e_ident, e_type ET_CORE, EM_X86_64; e_entry, e_phoff, e_shoff; sizes; e_phnum 3
        0x0001'0102'464c'457f, 0, 0x0000'0001'003e'0004, 0, 64, 0, 0x0038'0040'0000'0000, 3,
        // PT_NOTE
        4, 64 + 3 * 56, 0, 0, packed.size(), 0, 0,
        // PT_LOAD of 8 KiB at physical 0x1000, and of its second half again
        1, 4096, 0xffff'8880'0000'1000, 0x1000, 8192, 8192, 4096, 1, 8192, 0xffff'c900'0000'0000,
        0x2000, 4096, 4096, 4096};
    auto const headers = std::as_bytes(std::span(words));
    std::vector<std::byte> bytes(headers.begin(), headers.end());
    bytes[6] = std::byte{1};
    bytes.insert(bytes.end(), packed.begin(), packed.end());
    bytes.resize(4096 + 8192, std::byte{0x5a});
    return bytes;
}

} // namespace

std::span<FuzzSeed const> fuzz_seeds()
{
    static std::vector<FuzzSeed> const seeds = {{valid_core(), 0, 64 + 3 * 56 + 900}};
    return seeds;
}

int fuzz_one(std::span<std::byte const> input)
{
    auto file = HostMemory::create(input.size(), HostPages::Small);
    ENSURE(file, "memory for the input");
    std::ranges::copy(input, file->data());
    std::byte const* const begin = file->data();
    auto const core = core::parse_core(std::move(*file));
    if (!core) {
        ENSURE(core.error().message.find('\n') == std::string::npos, "{}", core.error().message);
        return 0;
    }
    ENSURE(!core->cpus.empty(), "a core without processors");
    uint64_t end = 0;
    for (mem::Region const& region : core->memory.regions()) {
        ENSURE(region.host >= begin && region.size <= input.size() &&
                   region.host + region.size <= begin + input.size(),
               "region at {:#x} is not in the file", region.base.value);
        ENSURE(region.base.value >= end, "region at {:#x} overlaps the last", region.base.value);
        end = region.base.value + region.size;
        (void)core->memory.read_u64(region.base);
        (void)core->memory.read_u64(region.end() - 1);
    }
    return 0;
}
