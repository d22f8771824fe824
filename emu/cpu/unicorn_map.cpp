// What the library is told once: physical memory, the holes in it, CPUID, and which hooks to call.
#include <array>
#include <set>

#include "emu/cpu/cpuid.hpp"
#include "emu/cpu/leave_long_mode.hpp"
#include "emu/cpu/unicorn_engine.hpp"

namespace pagelab::cpu {

namespace {

constexpr PhysAddr kPhysicalEnd{uint64_t{1} << kPhysicalAddressBits};
constexpr std::array<uint8_t, 2> kCpuid = {0x0f, 0xa2};
constexpr uint32_t kSubleaves = 32; // of leaf 4 and 7, as many as any model has
constexpr PhysAddr kKernelHalf32{0xc000'0000};
constexpr uint64_t kKernelHalf64 = 0xffff'8000'0000'0000;

template<class Callback>
void* hook_pointer(Callback* callback)
{
    return reinterpret_cast<void*>(callback);
}

} // namespace

Result<> UnicornEngine::map_hole(PhysAddr from, PhysAddr to)
{
    if (from == to)
        return {};
    holes_.push_back(std::make_unique<Hole>(this, from));
    void* const hole = holes_.back().get();
    return unicorn_result(
        uc_mmio_map(engine_.get(), from.value, to - from, on_hole_read, hole, on_hole_write, hole),
        "uc_mmio_map");
}

Result<> UnicornEngine::map_region(mem::Region const& region)
{
    uc_engine* const engine = engine_.get();
    TRY(unicorn_result(
        uc_mem_map_ptr(engine, region.base.value, region.size, UC_PROT_ALL, region.host),
        "uc_mem_map_ptr"));
    if (region.kind != mem::Region::Kind::Rom)
        return {};
    // Only uc_mem_protect makes the library drop writes, not the rights given to the map call.
    TRY(unicorn_result(
        uc_mem_protect(engine, region.base.value, region.size, UC_PROT_READ | UC_PROT_EXEC),
        "uc_mem_protect"));
    uc_hook hook = 0;
    return unicorn_result(uc_hook_add(engine, &hook, UC_HOOK_MEM_WRITE_PROT,
                                      hook_pointer(on_rom_write), this, region.base.value,
                                      region.end().value - 1),
                          "uc_hook_add");
}

Result<> UnicornEngine::map_memory(std::span<PhysAddr const> trapped_pages)
{
    traps_pages_ = !trapped_pages.empty();
    std::set<PhysAddr> const trapped(trapped_pages.begin(), trapped_pages.end());
    PhysAddr next{0};
    for (mem::Region region : memory_.regions()) {
        // Cut the trapped pages out: they become holes like any other.
        for (PhysAddr const page : trapped) {
            if (page < region.base || page >= region.end())
                continue;
            TRY(map_hole(next, region.base));
            mem::Region before = region;
            before.size = page - region.base;
            if (before.size != 0)
                TRY(map_region(before));
            next = page;
            uint64_t const cut = before.size + kPageSize;
            region = {region.base + cut, region.size - cut, region.host + cut, region.kind};
        }
        if (region.size == 0)
            continue;
        TRY(map_hole(next, region.base));
        TRY(map_region(region));
        next = region.end();
    }
    return map_hole(next, kPhysicalEnd);
}

Result<> UnicornEngine::add_hooks()
{
    struct Plain {
        int type;
        void* callback;
    };
    std::array const plain = {
        Plain{UC_HOOK_BLOCK, hook_pointer(on_block)},
        Plain{UC_HOOK_EDGE_GENERATED, hook_pointer(on_translation)},
        Plain{UC_HOOK_INTR, hook_pointer(on_interrupt)},
        Plain{UC_HOOK_INSN_INVALID, hook_pointer(on_invalid_instruction)},
        Plain{UC_HOOK_TLB_FILL, hook_pointer(on_tlb_fill)},
    };
    for (auto const& [type, callback] : plain) {
        uc_hook hook = 0;
        TRY(unicorn_result(uc_hook_add(engine_.get(), &hook, type, callback, this, 1, 0),
                           "uc_hook_add"));
    }
    struct Instruction {
        int instruction;
        void* callback;
    };
    std::array const instructions = {
        Instruction{UC_X86_INS_IN, hook_pointer(on_in)},
        Instruction{UC_X86_INS_OUT, hook_pointer(on_out)},
        Instruction{UC_X86_INS_CPUID, hook_pointer(on_cpuid)},
        Instruction{UC_X86_INS_RDTSC, hook_pointer(on_rdtsc)},
        Instruction{UC_X86_INS_RDTSCP, hook_pointer(on_rdtscp)},
        Instruction{UC_X86_INS_SYSCALL, hook_pointer(on_syscall)},
        Instruction{UC_X86_INS_SYSENTER, hook_pointer(on_sysenter)},
    };
    for (auto const& [instruction, callback] : instructions) {
        uc_hook hook = 0;
        TRY(unicorn_result(
            uc_hook_add(engine_.get(), &hook, UC_HOOK_INSN, callback, this, 1, 0, instruction),
            "uc_hook_add"));
    }
    return {};
}

// A hook on memory from..to for an event that hardly comes, and is then left as it was.
Result<> UnicornEngine::cover_by_idle_hook(uint64_t from, uint64_t to)
{
    auto const ignore =
        +[](uc_engine*, uc_mem_type, uint64_t, int, int64_t, void*) noexcept { return false; };
    uc_hook hook = 0;
    return unicorn_result(uc_hook_add(engine_.get(), &hook, UC_HOOK_MEM_FETCH_PROT,
                                      hook_pointer(ignore), this, from, to),
                          "uc_hook_add");
}

// At each translation the library goes through its whole TLB, to put the check on stores back that
// it takes off pages which cannot be executed; but not where a hook on memory covers the code
// (Unicorn 2.1, tb_gen_code in accel/tcg/translate-all.c). In a kernel's half the check needs no
// putting back: no page there is executable for one privilege only, as the user's are with SMEP.
// The hook must not cover RAM at such physical addresses, whose check would never be taken off.
// It is called for a fetch from a device, which it leaves to fail.
Result<> UnicornEngine::spare_tlb_scans()
{
    TRY(cover_by_idle_hook(std::max(kKernelHalf32, memory_.low_ram_end()).value,
                           mem::kFourGiB.value - 1));
    return cover_by_idle_hook(kKernelHalf64, ~uint64_t{0});
}

// A page that no privilege may execute loses the check on its stores at the first of them, which
// alone is looked at (Unicorn 2.1, notdirty_write in accel/tcg/cputlb.c). What was translated from
// it while it was mapped otherwise, a module's text before the module came, would then run on. But
// a hook on memory there keeps the check. The hook is for a fetch that never comes.
void UnicornEngine::watch_code(PhysAddr page)
{
    if (!watched_code_.insert(phys_to_pfn(page).value).second)
        return;
    (void)cover_by_idle_hook(page.value, page.value + kPageSize - 1);
}

// The model's own answers are had by running CPUID, once, before our hook stands in front of it.
void UnicornEngine::read_cpuid_table()
{
    constexpr uint64_t kScratch = 0x1000;
    uc_engine* const engine = engine_.get();
    uc_mem_map(engine, kScratch, kPageSize, UC_PROT_ALL);
    uc_mem_write(engine, kScratch, kCpuid.data(), kCpuid.size());
    uint8_t const hlt = 0xf4;
    uc_mem_write(engine, kScratch + kCpuid.size(), &hlt, 1);
    leave_long_mode(engine);
    auto const ask = [&](uint32_t leaf, uint32_t subleaf) {
        uint64_t rax = leaf, rcx = subleaf, rbx = 0, rdx = 0;
        uc_reg_write(engine, UC_X86_REG_RAX, &rax);
        uc_reg_write(engine, UC_X86_REG_RCX, &rcx);
        uc_emu_start(engine, kScratch, 0, 0, 0);
        uc_reg_read(engine, UC_X86_REG_RAX, &rax);
        uc_reg_read(engine, UC_X86_REG_RBX, &rbx);
        uc_reg_read(engine, UC_X86_REG_RCX, &rcx);
        uc_reg_read(engine, UC_X86_REG_RDX, &rdx);
        CpuidLeaf const model{static_cast<uint32_t>(rax), static_cast<uint32_t>(rbx),
                              static_cast<uint32_t>(rcx), static_cast<uint32_t>(rdx)};
        return cpuid_[{leaf, subleaf}] = correct_cpuid(leaf, subleaf, model);
    };
    for (uint32_t const base : {0u, 0x8000'0000u}) {
        uint32_t const last = ask(base, 0).eax;
        for (uint32_t leaf = base + 1; leaf <= last && leaf < base + 0x40; ++leaf) {
            bool const has_subleaves = leaf == 4 || leaf == 7 || leaf == 0xb || leaf == 0x8000'001d;
            for (uint32_t subleaf = 0; subleaf < (has_subleaves ? kSubleaves : 1); ++subleaf)
                ask(leaf, subleaf);
        }
    }
    for (uint32_t const leaf : {kHypervisorLeaf, kTimingLeaf})
        cpuid_[{leaf, 0}] = correct_cpuid(leaf, 0, {});
    uc_mem_unmap(engine, kScratch, kPageSize);
}

} // namespace pagelab::cpu
