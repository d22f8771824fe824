// The self-tests' subject is the kernel's own memory; their scratch is a block taken from it.
#include "guestkernel/kernel/selftest.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/page_table.hpp"
#include "guestkernel/kernel/commands.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/percpu.hpp"
#include "guestkernel/kernel/sched/kthread.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/selftest.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/smp.hpp"
#include "guestkernel/kernel/tlb.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/selftest/ktap.hpp"

namespace pagelab::kernel {

namespace {

constexpr unsigned kScratchOrder = 8; // 1 MiB: a bit for each page of 32 GiB
constexpr uint64_t kDefaultSteps = 20'000;
constexpr uint64_t kChecks = 20; // of all invariants, in a random walk

constexpr selftest::highmem_functions kHighmem = {
    .kmap = kmap_nowait,
    .kunmap = kunmap,
    .kmap_local_page = kmap_local_page,
    .kunmap_local = kunmap_local,
    .check = check_kmaps,
};

// A thread on each CPU, and how many of them are not through yet.
struct crowd {
    void (*function)(void* info, unsigned cpu);
    void* info;
    unsigned running;
    completion ended;
};

int run_here(void* data)
{
    auto& all = *static_cast<crowd*>(data);
    all.function(all.info, arch::smp_processor_id());
    if (__atomic_sub_fetch(&all.running, 1, __ATOMIC_ACQ_REL) == 0)
        complete(all.ended);
    return 0;
}

bool run_everywhere(void (*function)(void* info, unsigned cpu), void* info)
{
    task_struct* threads[arch::NR_CPUS];
    crowd all = {function, info, 0, {}};
    init_completion(all.ended);
    unsigned cpu;
    for_each_online_cpu(cpu)
    {
        threads[cpu] = kthread_create(run_here, &all, "selftest/%u", cpu);
        if (threads[cpu] == nullptr) {
            while (cpu > 0)
                kthread_stop(*threads[--cpu]);
            return false;
        }
        kthread_bind(*threads[cpu], cpu);
        all.running++;
    }
    for_each_online_cpu(cpu) wake_up_process(*threads[cpu]);
    wait_for_completion(all.ended);
    return true;
}

constexpr selftest::smp_functions kSmp = {
    .num_online_cpus = num_online_cpus,
    .this_cpu = arch::smp_processor_id,
    .call = [](unsigned cpu, smp_call_func_t function,
               void* info) { smp_call_function_single(cpu, function, info, call_wait::yes); },
    .call_without_waiting =
        [](unsigned cpu, smp_call_func_t function, void* info) {
            smp_call_function_single(cpu, function, info, call_wait::no);
        },
    .call_all = [](smp_call_func_t function,
                   void* info) { on_each_cpu(function, info, call_wait::yes); },
    .flush_tlb = flush_tlb_kernel_range,
    .run_everywhere = run_everywhere,
};

lib::Result<selftest::totals> run(char const* name, uint64_t seed, uint64_t steps)
{
    mm::page* const block = mm::alloc_pages(node(), mm::GFP_KERNEL, kScratchOrder);
    if (block == nullptr)
        return lib::Error{"no memory for the self-tests"};
    selftest::subject on = {.node = node(),
                            .slabs = &slab_caches(),
                            .vmalloc = &vmalloc_memory(),
                            .vmalloc_prot = arch::kPageRw,
                            .vmalloc_reach = selftest::reach::kMemory,
                            .highmem = &kHighmem,
                            .percpu = &percpu_memory(),
                            .smp = &kSmp};
    selftest::run_options const options = {
        .seed = seed,
        .steps = steps,
        .check_every = steps / kChecks + 1,
        .scratch =
            static_cast<char*>(arch::phys_to_virt(pfn_to_phys(mm::page_to_pfn(node(), *block)))),
        .scratch_size = kPageSize << kScratchOrder,
        .own = &kThreadSuite,
    };
    char buffer[256];
    lib::seq_file m = {
        .buf = buffer,
        .size = sizeof(buffer),
        .flush = [](void*, char const* text, size_t length) { console_write(text, length); },
        .context = nullptr,
    };
    selftest::totals const done = selftest::run_suites(name, on, options, m);
    TRY(mm::__free_pages(node(), *block, kScratchOrder));
    if (done.suites == 0)
        return lib::Error{"no such suite"};
    return done;
}

} // namespace

lib::Result<> selftest_boot_option(char const* command_line)
{
    char name[32];
    if (!get_option(command_line, "selftest", name, sizeof(name)))
        return {};
    uint64_t const seed = TRY(get_number_option(command_line, "selftest_seed", 1));
    uint64_t const steps = TRY(get_number_option(command_line, "selftest_steps", kDefaultSteps));
    selftest::totals const done = TRY(run(name, seed, steps));
    power_off(done.failed == 0 ? 0 : 1);
}

void run_selftest(int argc, char const* const* argv)
{
    auto const seed = argc > 2 ? parse_number(argv[2]) : uint64_t{1};
    auto const steps = argc > 3 ? parse_number(argv[3]) : kDefaultSteps;
    if (!seed || !steps) {
        console_puts("selftest: usage: selftest [SUITE|all [SEED [STEPS]]]\n");
        return;
    }
    auto const done = run(argc > 1 ? argv[1] : "all", seed.value(), steps.value());
    if (!done)
        console_printf("selftest: %s\n", done.error().message);
}

} // namespace pagelab::kernel
