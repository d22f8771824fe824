// A Bench that starts in protected or long mode, with descriptor and page tables the host laid out.
//
// The ROM's code only loads what is ready in memory. Everything below 2 MiB is mapped to itself by
// 4 KiB supervisor pages; the user's pages are marked. Every vector halts after writing its number
// to port 0xe8; a test replaces the handlers it is about.
#pragma once

#include "tests/unit/cpu/bench.hpp"

namespace pagelab {

enum class Mode : uint8_t {
    Pae,   // i686, PAE paging, no NX: our walker fills the TLB
    PaeNx, // i686, PAE paging and NX: the library walks
    Long,  // x86_64 with NX
    LongNoNx,
};

constexpr bool is_long(Mode mode)
{
    return mode == Mode::Long || mode == Mode::LongNoNx;
}

// Where things are; addresses both linear and physical.
constexpr uint32_t kTableRegisters = 0x500, kGdtAt = 0x6000, kTssAt = 0x6800, kIdtAt = 0x7000;
constexpr uint32_t kStackTop = 0x9000, kIstTop = 0xa000;
constexpr uint32_t kCodeAt = 0x1'0000, kHandlers = 0x1'2000, kTablesAt = 0x10'0000;
constexpr uint32_t kUserCode = 0x4'0000, kUserStackTop = 0x4'2000, kUserPages = 0x4'0000,
                   kUserPagesEnd = 0x4'8000;

// Selectors, in the order SYSCALL, SYSRET, SYSENTER and SYSEXIT want them.
constexpr uint16_t kKernelCs = 0x08, kKernelSs = 0x10, kUserCs32 = 0x1b, kUserSs = 0x23,
                   kUserCs64 = 0x2b, kTssSelector = 0x38;

constexpr uint32_t kUserFlags = 0x3202; // IOPL 3, IF

constexpr uint64_t kPresent = 1, kWritable = 2, kUser = 4, kNoExecute = uint64_t{1} << 63;

inline void append(std::vector<uint8_t>& code, std::initializer_list<int> bytes)
{
    for (int const byte : bytes)
        code.push_back(static_cast<uint8_t>(byte));
}

inline void append32(std::vector<uint8_t>& code, uint64_t value)
{
    for (int shift = 0; shift < 32; shift += 8)
        code.push_back(static_cast<uint8_t>(value >> shift));
}

// mov ecx,number; mov eax,value; mov edx,value >> 32; wrmsr
inline void append_wrmsr(std::vector<uint8_t>& code, uint32_t number, uint64_t value)
{
    append(code, {0xb9});
    append32(code, number);
    append(code, {0xb8});
    append32(code, value);
    append(code, {0xba});
    append32(code, value >> 32);
    append(code, {0x0f, 0x30});
}

class PagedBench final : public Bench {
  public:
    explicit PagedBench(Mode mode, uint32_t extra_cr4 = 0, std::string_view model = "max",
                        unsigned cpus = 1)
        : Bench(start_code(mode, extra_cr4), model, cpus),
          user_cs(is_long(mode) ? kUserCs64 : kUserCs32), mode_(mode)
    {
        put_descriptors();
        put_page_tables();
        for (unsigned vector = 0; vector < 256; ++vector) {
            uint32_t const handler = kHandlers + 16 * vector;
            put(handler, {0xb0, static_cast<uint8_t>(vector), 0xe6, 0xe8, 0xf4});
            set_gate(vector, handler);
        }
    }

    // The kernel's code, after segments, stack and TR have been loaded.
    void set_code(std::vector<uint8_t> const& bytes)
    {
        std::vector<uint8_t> code;
        append(code, {0x66, 0xb8, kKernelSs, 0, 0x8e, 0xd8, 0x8e, 0xc0, 0x8e, 0xd0, 0xbc});
        append32(code, kStackTop);
        append(code, {0x66, 0xb8, kTssSelector, 0, 0x0f, 0x00, 0xd8}); // ltr ax
        code.insert(code.end(), bytes.begin(), bytes.end());
        put(kCodeAt, code);
    }

    // The kernel's code is `before` and an IRET to the user's, which may use the ports.
    void set_user_code(std::vector<uint8_t> const& code, std::vector<uint8_t> const& before = {})
    {
        std::vector<uint8_t> iret = before;
        append(iret, {0x6a, kUserSs, 0x68});
        append32(iret, kUserStackTop);
        append(iret, {0x68});
        append32(iret, kUserFlags);
        append(iret, {0x6a, user_cs, 0x68});
        append32(iret, kUserCode);
        append(iret, {is_long(mode_) ? 0x48 : 0x90, 0xcf}); // iretq; nop, iret
        set_code(iret);
        put(kUserCode, code);
    }
    uint16_t user_cs; // of the user's code

    // `kind`: present, DPL and type, as in the gate's byte 5.
    void set_gate(unsigned vector, uint32_t handler, uint8_t kind = 0x8e, uint8_t ist = 0)
    {
        uint64_t const low = (handler & 0xffff) | uint64_t{kKernelCs} << 16 | uint64_t{ist} << 32 |
                             uint64_t{kind} << 40 | uint64_t{handler >> 16} << 48;
        put_word(kIdtAt + vector * (is_long(mode_) ? 16 : 8), low);
    }

    uint64_t entry_of(uint64_t page) const { return kTablesAt + 0x3000 + page / 0x1000 * 8; }
    void map(uint64_t page, uint64_t target_and_flags)
    {
        put_word(entry_of(page), target_and_flags);
    }

    // The frame an exception with an error code leaves on the kernel's stack, from the code up.
    std::vector<uint64_t> frame(uint64_t top, size_t count) const
    {
        if (is_long(mode_))
            return words<uint64_t>(top - 8 * count, count);
        auto const narrow = words<uint32_t>(top - 4 * count, count);
        return {narrow.begin(), narrow.end()};
    }

    // Bytes set_code() puts before the code it is given, and the instructions before it runs.
    static constexpr uint32_t kSetupBytes = 22;
    static constexpr uint64_t kSetupInstructions = 23;
    uint64_t instructions_to_user() const { return kSetupInstructions + (is_long(mode_) ? 6 : 7); }

  private:
    static std::vector<uint8_t> start_code(Mode mode, uint32_t extra_cr4)
    {
        bool const nx = mode == Mode::PaeNx || mode == Mode::Long;
        std::vector<uint8_t> code;
        append(code, {0x31, 0xc0, 0x8e, 0xd8});             // ds = 0
        append(code, {0x66, 0x0f, 0x01, 0x16, 0x00, 0x05}); // lgdt
        append(code, {0x66, 0x0f, 0x01, 0x1e, 0x08, 0x05}); // lidt
        append(code, {0x66, 0xb8});
        append32(code, 0x6a0 | extra_cr4); // PAE, PGE, OSFXSR, OSXMMEXCPT
        append(code, {0x0f, 0x22, 0xe0, 0x66, 0xb8});
        append32(code, is_long(mode) ? kTablesAt : kTablesAt + 0x4000);
        append(code, {0x0f, 0x22, 0xd8, 0x66, 0xb9});
        append32(code, 0xc000'0080);
        append(code, {0x66, 0xb8});
        append32(code, (is_long(mode) ? 0x101u : 0u) | (nx ? 0x800u : 0u)); // LME, SCE; NXE
        append(code, {0x66, 0x31, 0xd2, 0x0f, 0x30, 0x66, 0xb8});           // wrmsr
        append32(code, 0x8001'0033);                                        // PG WP NE ET MP PE
        append(code, {0x0f, 0x22, 0xc0, 0x66, 0xea});
        append32(code, kCodeAt);
        append(code, {kKernelCs, 0});
        return code;
    }

    void put_descriptors()
    {
        bool const wide = is_long(mode_);
        put_word<uint16_t>(kTableRegisters, 0x4f);
        put_word<uint32_t>(kTableRegisters + 2, kGdtAt);
        put_word<uint16_t>(kTableRegisters + 8, wide ? 0xfff : 0x7ff);
        put_word<uint32_t>(kTableRegisters + 10, kIdtAt);
        uint64_t const gdt[] = {0,
                                wide ? 0x00af'9b00'0000'ffffu : 0x00cf'9b00'0000'ffffu,
                                0x00cf'9300'0000'ffff,
                                0x00cf'fb00'0000'ffff,
                                0x00cf'f300'0000'ffff,
                                0x00af'fb00'0000'ffff,
                                0x00cf'f300'0000'ffff,
                                0x0000'8900'0000'0067 | uint64_t{kTssAt} << 16};
        for (size_t i = 0; i < std::size(gdt); ++i)
            put_word(kGdtAt + 8 * i, gdt[i]);
        put_word<uint32_t>(kTssAt + 4, kStackTop); // ESP0, RSP0
        if (wide)
            put_word<uint64_t>(kTssAt + 0x24, kIstTop);
        else
            put_word<uint32_t>(kTssAt + 8, kKernelSs);
        put_word<uint16_t>(kTssAt + 0x66, 0x68); // no I/O bitmap
    }

    void put_page_tables()
    {
        constexpr uint64_t kAll = kPresent | kWritable | kUser;
        put_word(kTablesAt, (kTablesAt + 0x1000) | kAll);
        put_word(kTablesAt + 0x1000, (kTablesAt + 0x2000) | kAll);
        put_word(kTablesAt + 0x2000, (kTablesAt + 0x3000) | kAll);
        put_word(kTablesAt + 0x4000, (kTablesAt + 0x2000) | kPresent); // PAE's level 3
        for (uint64_t page = 0; page < 0x20'0000; page += 0x1000) {
            bool const user = page >= kUserPages && page < kUserPagesEnd;
            map(page, page | kPresent | kWritable | (user ? kUser : 0));
        }
    }

    Mode mode_;
};

} // namespace pagelab
