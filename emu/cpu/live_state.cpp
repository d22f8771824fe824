// Searching this process's memory for sixteen register values in a row, without touching a page
// that is not there: the kernel copies (process_vm_readv), and stops at what it cannot read.
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
#include <malloc.h>
#include <sys/uio.h>
#include <unistd.h>

#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

namespace {

constexpr size_t kPagesSearched = 16; // behind each pointer
constexpr std::array<int, 16> kRegisters = {
    UC_X86_REG_RAX, UC_X86_REG_RCX, UC_X86_REG_RDX, UC_X86_REG_RBX, UC_X86_REG_RSP, UC_X86_REG_RBP,
    UC_X86_REG_RSI, UC_X86_REG_RDI, UC_X86_REG_R8,  UC_X86_REG_R9,  UC_X86_REG_R10, UC_X86_REG_R11,
    UC_X86_REG_R12, UC_X86_REG_R13, UC_X86_REG_R14, UC_X86_REG_R15};

using Registers = std::array<uint64_t, kRegisters.size()>;

Registers write_markers(uc_engine* engine, uint64_t seed)
{
    Registers values;
    for (size_t i = 0; i < values.size(); ++i) {
        values[i] = seed * (2 * i + 1);
        uc_reg_write(engine, kRegisters[i], &values[i]);
    }
    return values;
}

// What can be read from `address` on, as far as kPagesSearched pages.
std::span<std::byte const> read_safely(uintptr_t address, std::vector<std::byte>& room)
{
    room.resize(kPagesSearched * kPageSize);
    std::array<iovec, kPagesSearched + 1> pages; // the first and last in part
    size_t count = 0, size = 0;
    while (size < room.size()) {
        uintptr_t const from = address + size;
        size_t const bytes = std::min(kPageSize - from % kPageSize, room.size() - size);
        pages[count++] = {reinterpret_cast<void*>(from), bytes};
        size += bytes;
    }
    iovec const target = {room.data(), room.size()};
    ssize_t const done = process_vm_readv(getpid(), &target, 1, pages.data(), count, 0);
    return std::span(room).first(done < 0 ? 0 : static_cast<size_t>(done));
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

// Addresses of these values, one after the other, behind the pointers in the engine's structure.
std::set<std::byte*> search(uc_engine* engine, Registers const& values)
{
    constexpr uintptr_t kLowest = 0x1'0000, kEnd = uintptr_t{1} << 47; // of a process's memory
    std::vector<uintptr_t> words(malloc_usable_size(engine) / sizeof(uintptr_t));
    std::memcpy(words.data(), engine, words.size() * sizeof(uintptr_t));
    auto const modules = loaded_modules();
    std::vector<std::byte> room;
    std::set<std::byte*> found;
    for (uintptr_t const pointer : std::set<uintptr_t>(words.begin(), words.end())) {
        if (pointer < kLowest || pointer >= kEnd || pointer % alignof(uint64_t) != 0)
            continue;
        if (std::ranges::any_of(modules, [&](Range const& module) {
                return pointer >= module.first && pointer < module.second;
            }))
            continue;
        auto const bytes = read_safely(pointer, room);
        for (size_t at = 0; at + sizeof values <= bytes.size(); at += alignof(uint64_t))
            if (std::memcmp(&bytes[at], values.data(), sizeof values[0]) == 0 &&
                std::memcmp(&bytes[at], values.data(), sizeof values) == 0)
                found.insert(reinterpret_cast<std::byte*>(pointer + at));
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
    auto found = search(engine, write_markers(engine, kFirst));
    Registers const values = write_markers(engine, kSecond);
    std::erase_if(found, [&](std::byte const* place) { // copies stay as they were
        return std::memcmp(place, values.data(), sizeof values) != 0;
    });
    if (found.size() != 1)
        return fail("this Unicorn keeps its CPU state out of sight ({} places look like it); "
                    "pagelab needs 2.1.4",
                    found.size());
    std::byte* const registers = *found.begin();
    std::byte* const state = registers - layout.registers;
    uint64_t value = 0;
    std::memcpy(registers + Registers().size() * sizeof value - sizeof value, &kFirst,
                sizeof kFirst);
    uc_reg_read(engine, kRegisters.back(), &value);
    if (value != kFirst || !equals_saved_context(engine, state, layout))
        return fail("this Unicorn works on another copy of its CPU state; pagelab needs 2.1.4");
    return state;
}

} // namespace pagelab::cpu
