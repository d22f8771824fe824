// Loops to time. Each does what its name says and nothing that an optimizer could take away.
#include "guestkernel/kernel/bench.hpp"

#include "guestkernel/abi/machine/ports.hpp"
#include "guestkernel/abi/x86/vectors.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/io.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/traps.hpp"
#include "guestkernel/lib/list.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/page_alloc.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kBlockOrder = mm::MAX_ORDER - 1; // 4 MiB, and so whole large pages
constexpr unsigned kNodes = 1024;
constexpr unsigned kStrideBlocks = 4;

lib::list_head nodes[kNodes];

char* take_block()
{
    mm::page* const first = mm::alloc_pages(node(), mm::GFP_KERNEL, kBlockOrder);
    if (first == nullptr)
        panic("bench: out of memory");
    return static_cast<char*>(arch::phys_to_virt(pfn_to_phys(mm::page_to_pfn(node(), *first))));
}

[[gnu::aligned(kLoopAlignment)]] void churn_list(uint64_t rounds)
{
    lib::list_head head;
    lib::init_list_head(head);
    for (lib::list_head& n : nodes)
        lib::list_add(n, head);
    for (uint64_t round = 0; round < rounds; round++) {
        lib::list_head& n = nodes[round * 617 % kNodes]; // 617 is coprime: visits all
        lib::list_del(n);
        lib::list_add(n, head);
    }
}

[[gnu::aligned(kLoopAlignment)]] void fill_memory(uint64_t rounds)
{
    char* const block = take_block();
    for (uint64_t round = 0; round < rounds; round++)
        memset(block, static_cast<int>(round), 1 << 16);
}

[[gnu::aligned(kLoopAlignment)]] void stride_pages(uint64_t rounds)
{
    constexpr size_t kBlockBytes = kPageSize << kBlockOrder;
    char* blocks[kStrideBlocks];
    for (char*& block : blocks)
        block = take_block();
    for (uint64_t round = 0; round < rounds; round++) {
        for (char* block : blocks) {
            for (size_t offset = 0; offset < kBlockBytes; offset += kPageSize)
                *reinterpret_cast<unsigned volatile*>(block + offset) =
                    static_cast<unsigned>(round);
        }
    }
}

[[gnu::aligned(kLoopAlignment)]] void compute(uint64_t rounds)
{
    uint32_t value = 1;
    for (uint64_t round = 0; round < rounds; round++) {
        for (unsigned step = 0; step < 256; step++) {
            value = value * 1664525 + 1013904223;
            value ^= value >> 7;
        }
        asm volatile("" : "+r"(value)); // keep the result
    }
}

[[gnu::aligned(kLoopAlignment)]] void take_exceptions(uint64_t rounds)
{
    set_exception_hook([](arch::pt_regs& regs) {
        return regs.vector == static_cast<unsigned>(x86::Vector::breakpoint);
    });
    for (uint64_t round = 0; round < rounds; round++)
        asm volatile("int3");
    set_exception_hook(nullptr);
}

// The access faults, being to the null page; the hook steps over it.
[[gnu::aligned(kLoopAlignment)]] void take_page_faults(uint64_t rounds)
{
    constexpr unsigned kAccessLength = 2; // bytes, in either mode
    set_exception_hook([](arch::pt_regs& regs) {
        regs.ip += kAccessLength;
        return regs.vector == static_cast<unsigned>(x86::Vector::page_fault);
    });
    for (uint64_t round = 0; round < rounds; round++)
        asm volatile(".byte 0x88, 0x00" : : "a"(uintptr_t{0}) : "memory"); // mov %al, (%eax)
    set_exception_hook(nullptr);
}

// An access that does nothing but take its time: Linux' io_delay (arch/x86/kernel/io_delay.c).
[[gnu::aligned(kLoopAlignment)]] void access_port(uint64_t rounds)
{
    for (uint64_t round = 0; round < rounds; round++)
        arch::outb(port::kPostCode, 0);
}

// Blocks of two instructions, each ending in a jump to itself: what entering a block costs.
[[gnu::aligned(kLoopAlignment)]] void enter_blocks(uint64_t rounds)
{
    for (uint64_t round = 0; round < rounds; round++) {
        unsigned count = 256;
        asm volatile("1: dec %0\n\tjnz 1b" : "+r"(count) : : "cc");
    }
}

[[gnu::noinline, gnu::aligned(kLoopAlignment)]] void store_words(char* block, uint64_t rounds)
{
    for (uint64_t round = 0; round < rounds; round++) {
        for (unsigned i = 0; i < 256; i++)
            reinterpret_cast<unsigned volatile*>(block)[i] = static_cast<unsigned>(round);
    }
}

void store_not_executable(uint64_t rounds)
{
    store_words(take_block(), rounds);
}

void store_executable(uint64_t rounds)
{
    char* const block = take_block();
    arch::set_page_flags(block, arch::kPageRwx);
    store_words(block, rounds);
}

constexpr bench kProcessorBenches[] = {
    {"list", churn_list},
    {"memset", fill_memory},
    {"stride", stride_pages},
    {"arith", compute},
    {"exception", take_exceptions},
    {"pagefault", take_page_faults},
    {"port", access_port},
    {"block", enter_blocks},
    {"nx", store_not_executable},
    {"rwx", store_executable},
    {"switch", switch_threads, prepare_switch},
};

bench const* find_bench(char const* name)
{
    for (bench const& b : kProcessorBenches) {
        if (strcmp(b.name, name) == 0)
            return &b;
    }
    for (unsigned i = 0; i < nr_memory_benches; i++) {
        if (strcmp(kMemoryBenches[i].name, name) == 0)
            return &kMemoryBenches[i];
    }
    return nullptr;
}

} // namespace

lib::Result<> run_bench(char const* name, uint64_t rounds, uint64_t load)
{
    bench const* const b = find_bench(name);
    if (b == nullptr)
        return lib::Error{"bench=: no such loop"};
    if (b->prepare != nullptr)
        TRY(b->prepare(load));
    uint64_t const start = arch::read_tsc();
    b->run(rounds);
    uint64_t const ticks = arch::read_tsc() - start;
    console_printf("bench %s: n=%llu ticks=%llu\n", name, static_cast<unsigned long long>(rounds),
                   static_cast<unsigned long long>(ticks));
    return {};
}

} // namespace pagelab::kernel
