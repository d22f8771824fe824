// Finding one flag in the library's private structure, and proving that it is the one.
//
// Where it is in Unicorn 2.1: uc_context_content context_content; int cpu_context_size;
// uint64_t next_pc; bool hook_insert, first_tb, no_exit_request, init_done.
#include "emu/cpu/exit_checks.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "emu/cpu/private_bytes.hpp"
#include "guestkernel/abi/address.hpp"

namespace pagelab::cpu {

namespace {

constexpr uint64_t kCodePage = 0x1000, kDevicePage = 0x2000;
constexpr std::array<uint8_t, 6> kStoreAndCount = {
    0x88, 0x03,       // mov %al, (%rbx)
    0x48, 0xff, 0xc1, // inc %rcx
    0xf4,             // hlt
};

uint32_t word_at(std::span<std::byte const> bytes, size_t offset)
{
    uint32_t word;
    std::memcpy(&word, &bytes[offset], sizeof word);
    return word;
}

// The one word of the structure that uc_ctl_context_mode changes from `before` to `after`.
std::optional<size_t> find_context_content(uc_engine* engine, uint32_t before, uint32_t after)
{
    auto const bytes = private_bytes(engine);
    uc_ctl_context_mode(engine, before);
    std::vector<std::byte> const old(bytes.begin(), bytes.end());
    uc_ctl_context_mode(engine, after);
    std::optional<size_t> found;
    for (size_t at = 0; at + sizeof(uint32_t) <= bytes.size(); at += sizeof(uint32_t)) {
        if (word_at(old, at) != before || word_at(bytes, at) != after)
            continue;
        if (found)
            return std::nullopt;
        found = at;
    }
    return found;
}

// The address of no_exit_request, or null where the neighbours are not as in Unicorn 2.1.
uint8_t* find_flag(uc_engine* engine)
{
    constexpr size_t kLargestHeader = 64; // of struct uc_context, before the CPU's part
    auto const content = find_context_content(engine, UC_CTL_CONTEXT_MEMORY, UC_CTL_CONTEXT_CPU);
    auto const bytes = private_bytes(engine);
    if (!content || *content + 32 > bytes.size())
        return nullptr;
    size_t const size_at = *content + sizeof(uint32_t);
    size_t const next_pc_at = (size_at + sizeof(uint32_t) + 7) / 8 * 8;
    auto* const flags = reinterpret_cast<uint8_t*>(&bytes[next_pc_at + sizeof(uint64_t)]);
    bool const is_known = uc_context_size(engine) - word_at(bytes, size_at) <= kLargestHeader &&
                          flags[0] <= 1 && flags[1] <= 1 && flags[2] == 0 && flags[3] == 1;
    return is_known ? &flags[2] : nullptr;
}

uint64_t ignore_read(uc_engine*, uint64_t, unsigned, void*)
{
    return 0;
}

void stop_at_write(uc_engine* engine, uint64_t, unsigned, uint64_t, void*)
{
    uc_emu_stop(engine);
}

// How often the instruction after a store is executed whose callback asks to stop.
uint64_t executed_after_stop(uc_engine* engine)
{
    uint64_t device = kDevicePage, count = 0;
    uc_reg_write(engine, UC_X86_REG_RBX, &device);
    uc_reg_write(engine, UC_X86_REG_RCX, &count);
    uc_ctl_flush_tb(engine);
    uc_emu_start(engine, kCodePage, 0, 0, 0);
    uc_reg_read(engine, UC_X86_REG_RCX, &count);
    return count;
}

} // namespace

bool omit_exit_checks(uc_engine* engine)
{
    if (uc_mem_map(engine, kCodePage, kPageSize, UC_PROT_ALL) != UC_ERR_OK ||
        uc_mmio_map(engine, kDevicePage, kPageSize, ignore_read, nullptr, stop_at_write, nullptr) !=
            UC_ERR_OK)
        return false;
    uc_mem_write(engine, kCodePage, kStoreAndCount.data(), kStoreAndCount.size());
    uint8_t* const flag = find_flag(engine);
    bool omitted = false;
    if (flag != nullptr && executed_after_stop(engine) == 0) {
        *flag = 1;
        omitted = executed_after_stop(engine) == 1;
        *flag = omitted ? 1 : 0;
    }
    uc_ctl_flush_tb(engine);
    uc_mem_unmap(engine, kCodePage, kPageSize);
    uc_mem_unmap(engine, kDevicePage, kPageSize);
    return omitted;
}

} // namespace pagelab::cpu
