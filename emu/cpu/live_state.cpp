// Searching this process's memory for sixteen register values in a row, without touching a page
// that is not there.
//
// In Unicorn 2.1: struct uc_struct has a pointer to the CPU (cpu), which begins with 35 KB of
// CPUState and goes on with CPUX86State, whose first member is the general registers.
#include "emu/cpu/live_state.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include <link.h>

#include "emu/cpu/private_bytes.hpp"
#include "emu/cpu/safe_read.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

namespace {

constexpr size_t kSearched = 16 * kPageSize; // behind each pointer
constexpr std::array<int, 16> kRegisters = {
    UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
    UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
    UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};

constexpr size_t kRegistersSize = kRegisters.size() * sizeof(uint64_t);

// The markers are computed wherever they are needed: an array of them would itself be found.
constexpr uint64_t marker(uint64_t seed, size_t index)
{
    return seed * (2 * index + 1);
}

void write_markers(uc_engine* engine, uint64_t seed)
{
    for (size_t i = 0; i < kRegisters.size(); ++i) {
        uint64_t const value = marker(seed, i);
        uc_reg_write(engine, kRegisters[i], &value);
    }
}

bool has_markers(std::span<std::byte const, kRegistersSize> bytes, uint64_t seed)
{
    for (size_t i = 0; i < kRegisters.size(); ++i) {
        uint64_t word;
        std::memcpy(&word, &bytes[i * sizeof word], sizeof word);
        if (word != marker(seed, i))
            return false;
    }
    return true;
}

bool has_markers_at(std::byte const* place, uint64_t seed)
{
    std::array<std::byte, kRegistersSize> copy;
    return read_safely(place, copy) == copy.size() && has_markers(copy, seed);
}

using Range = std::pair<uintptr_t, uintptr_t>; // from, to

// Where programs and libraries are: what is there is no object on the heap.
std::vector<Range> loaded_modules()
{
    std::vector<Range> ranges;
    auto const add = [](dl_phdr_info* info, size_t, void* to) {
        for (unsigned i = 0; i < info->dlpi_phnum; ++i) {
            auto const& segment = info->dlpi_phdr[i];
            uintptr_t const from = info->dlpi_addr + segment.p_vaddr;
            if (segment.p_type == PT_LOAD)
                static_cast<std::vector<Range>*>(to)->emplace_back(from, from + segment.p_memsz);
        }
        return 0;
    };
    dl_iterate_phdr(add, &ranges);
    return ranges;
}

// Addresses of the markers, one after the other, behind the pointers in the engine's structure.
std::set<std::byte*> search(uc_engine* engine, uint64_t seed)
{
    constexpr uintptr_t kLowest = 0x1'0000, kEnd = uintptr_t{1} << 47; // of a process's memory
    auto const bytes = private_bytes(engine);
    std::vector<uintptr_t> words(bytes.size() / sizeof(uintptr_t));
    std::memcpy(words.data(), bytes.data(), words.size() * sizeof(uintptr_t));
    auto const modules = loaded_modules();
    std::vector<uint64_t> room(kSearched / sizeof(uint64_t));
    uint64_t const first = marker(seed, 0);
    std::set<std::byte*> found;
    for (uintptr_t const pointer : std::set<uintptr_t>(words.begin(), words.end())) {
        if (pointer < kLowest || pointer >= kEnd || pointer % alignof(uint64_t) != 0)
            continue;
        if (std::ranges::any_of(modules, [&](Range const& module) {
                return pointer >= module.first && pointer < module.second;
            }))
            continue;
        auto* const place = reinterpret_cast<std::byte*>(pointer);
        size_t const size = read_safely(place, std::as_writable_bytes(std::span(room)));
        std::span<uint64_t const> const read(room.data(), size / sizeof(uint64_t));
        for (size_t at = 0; at + kRegisters.size() <= read.size(); ++at)
            if (read[at] == first &&
                has_markers(std::as_bytes(read.subspan(at)).first<kRegistersSize>(), seed))
                found.insert(place + at * sizeof(uint64_t));
    }
    return found;
}

bool equals_saved_context(uc_engine* engine, std::byte const* state, StateLayout const& layout)
{
    uc_context* context = nullptr;
    if (uc_context_alloc(engine, &context) != UC_ERR_OK)
        return false;
    ContextPointer const owner(context);
    auto const* saved = reinterpret_cast<std::byte const*>(context);
    return uc_context_save(engine, context) == UC_ERR_OK &&
           std::memcmp(state + layout.registers, saved + layout.registers,
                       layout.context_size - layout.registers) == 0;
}

} // namespace

Result<std::byte*> find_live_state(uc_engine* engine, StateLayout const& layout)
{
    constexpr uint64_t kFirst = 0x9e37'79b9'7f4a'7c15, kSecond = 0xc2b2'ae3d'27d4'eb4f;
    write_markers(engine, kFirst);
    auto found = search(engine, kFirst);
    write_markers(engine, kSecond);
    std::erase_if(found, [](std::byte const* place) { // copies stay as they were
        return !has_markers_at(place, kSecond);
    });
    if (found.size() != 1)
        return fail("this Unicorn keeps its CPU state out of sight ({} places look like it); "
                    "pagelab needs 2.1.4",
                    found.size());
    std::byte* const registers = *found.begin();
    std::byte* const state = registers - layout.registers;
    uint64_t value = 0;
    std::memcpy(registers + kRegistersSize - sizeof value, &kFirst, sizeof kFirst);
    uc_reg_read(engine, kRegisters.back(), &value);
    if (value != kFirst || !equals_saved_context(engine, state, layout))
        return fail("this Unicorn works on another copy of its CPU state; pagelab needs 2.1.4");
    return state;
}

} // namespace pagelab::cpu
