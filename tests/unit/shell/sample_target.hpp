// SampleTarget: a target that is a file: 16 MiB of memory with page tables made by hand, one CPU,
// no kernel. Tests put entries and bytes, and give lines to the session.
//
// The tables' root is at physical 1 MiB; more of them, and data, go wherever a test likes.
#pragma once

#include <cstring>

#include "emu/shell/session.hpp"

namespace pagelab::shell::test {

class SampleTarget {
  public:
    static constexpr uint64_t kRoot = 0x10'0000;

    // mode: not None. Rights are on: WP, NXE, PSE.
    explicit SampleTarget(mmu::PagingMode mode)
    {
        using mmu::PagingMode;
        state_.cr0 = x86::cr0::Paging::mask | x86::cr0::ProtectionEnable::mask |
                     x86::cr0::WriteProtect::mask;
        state_.cr3 = kRoot;
        state_.cr4 = x86::cr4::PageSizeExtensions::mask;
        state_.efer = x86::efer::NoExecuteEnable::mask;
        if (mode != PagingMode::Bits32)
            state_.cr4 |= x86::cr4::PhysicalAddressExtension::mask;
        if (mode == PagingMode::Level4 || mode == PagingMode::Level5)
            state_.efer |= x86::efer::LongModeEnable::mask | x86::efer::LongModeActive::mask;
        if (mode == PagingMode::Level5)
            state_.cr4 |= x86::cr4::LinearAddress57::mask;
        make_target();
    }

    // Before the first line.
    cpu::CpuState& state() { return state_; }
    void make_target()
    {
        target_.emplace(memory_, std::vector{state_}, std::filesystem::path());
        session_.emplace(*target_, nullptr, stdout);
    }

    mem::PhysicalMemory& memory() { return memory_; }
    Session& session() { return *session_; }

    void put(uint64_t physical, std::span<std::byte const> bytes)
    {
        memory_.write(PhysAddr(physical), bytes);
    }
    void put(uint64_t physical, std::string_view bytes)
    {
        put(physical, std::as_bytes(std::span(bytes)));
    }
    void put_u64(uint64_t physical, uint64_t value)
    {
        put(physical, std::as_bytes(std::span(&value, 1)));
    }
    void put_u32(uint64_t physical, uint32_t value)
    {
        put(physical, std::as_bytes(std::span(&value, 1)));
    }

    // The document of a line that succeeds, the error of one that fails.
    Json read(std::string_view line)
    {
        auto document = session_->read(line);
        return document ? std::move(*document) : Json(document.error().message);
    }
    // What is printed.
    std::string text(std::string_view line)
    {
        char* bytes = nullptr;
        size_t size = 0;
        std::FILE* const out = open_memstream(&bytes, &size);
        Session session(*target_, nullptr, out);
        auto const done = session.execute(line);
        std::fclose(out);
        std::string const printed(bytes, size);
        std::free(bytes);
        return done ? printed : "error: " + done.error().message;
    }

  private:
    static mem::PhysicalMemory make_memory()
    {
        std::vector<std::byte> const rom(64 << 10, std::byte{0xf4});
        return std::move(*mem::PhysicalMemory::create(mem::kRamMinimum, rom));
    }

    mem::PhysicalMemory memory_ = make_memory();
    cpu::CpuState state_;
    std::optional<Target> target_;
    std::optional<Session> session_;
};

} // namespace pagelab::shell::test
