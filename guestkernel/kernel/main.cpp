// Where the kernel starts: the order in which it comes up, as a table.
#include "guestkernel/arch/x86/clock.hpp"
#include "guestkernel/arch/x86/cpu.hpp"
#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/paging.hpp"
#include "guestkernel/arch/x86/pic.hpp"
#include "guestkernel/arch/x86/pit.hpp"
#include "guestkernel/arch/x86/uart.hpp"
#include "guestkernel/kernel/bench.hpp"
#include "guestkernel/kernel/boot_info.hpp"
#include "guestkernel/kernel/commands.hpp"
#include "guestkernel/kernel/console.hpp"
#include "guestkernel/kernel/highmem.hpp"
#include "guestkernel/kernel/kernel_tables.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/mpparse.hpp"
#include "guestkernel/kernel/oops.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/page_owner.hpp"
#include "guestkernel/kernel/panic.hpp"
#include "guestkernel/kernel/percpu.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/proc.hpp"
#include "guestkernel/kernel/selftest.hpp"
#include "guestkernel/kernel/sched/fork.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/smpboot.hpp"
#include "guestkernel/kernel/stacks.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/kernel/vsprintf.hpp"
#include "guestkernel/lib/string.hpp"

// boot.S comes here with what the loader left in EAX and EBX.
extern "C" [[noreturn]] void kernel_main(unsigned magic, unsigned info_address);

namespace pagelab::kernel {

namespace {

constexpr size_t kValueSize = 64;

struct {
    unsigned magic;
    unsigned info_address;
} from_loader;

boot_info info;

mm::Result<> start_console()
{
    arch::enable_protections();
    arch::uart_init();
    arch::fill_exception_gates();
    arch::load_descriptor_tables(0);
    arch::clock_init();
    return {};
}

mm::Result<> start_log()
{
    mm::Result<> const read = read_boot_info(info, from_loader.magic, from_loader.info_address);
    char value[kValueSize];
    if (get_option(info.command_line, "quiet", value, sizeof(value)))
        set_console_loglevel(4);
    if (get_option(info.command_line, "no_hash_pointers", value, sizeof(value)))
        no_hash_pointers_enable();
    if (get_option(info.command_line, "loglevel", value, sizeof(value)))
        set_console_loglevel(static_cast<unsigned>(TRY(parse_number(value))));
    if (get_option(info.command_line, "panic", value, sizeof(value))) {
        if (strcmp(value, "halt") == 0 || strcmp(value, "0") == 0)
            set_panic_action(panic_action::halt);
        else if (strcmp(value, "exit") != 0)
            set_panic_action(panic_action::reboot);
    }
    if (get_option(info.command_line, "oops", value, sizeof(value)) && strcmp(value, "panic") == 0)
        set_panic_on_oops();
    set_command_line(info.command_line);
    printk(log_level::notice, "%s\n", kVersion);
    printk(log_level::info, "Command line: %s\n", info.command_line);
    return read;
}

mm::Result<> find_memory()
{
    TRY(memory_map_init(info));
    return find_smp_config(info.command_line);
}

mm::Result<> switch_page_tables()
{
    char value[kValueSize];
    bool const noexec_off =
        get_option(info.command_line, "noexec", value, sizeof(value)) && strcmp(value, "off") == 0;
    TRY(arch::paging_init(boot_memory(), noexec_off ? arch::nx_protection::disabled
                                                    : arch::nx_protection::active));
    printk(log_level::info, "NX (Execute Disable) protection: %s\n",
           noexec_off ? "disabled by kernel command line option" : "active");
    if (arch::clock_is_calibrated())
        printk(log_level::info, "tsc: Fast TSC calibration using PIT\n");
    printk(log_level::info, "tsc: Detected %u.%03u MHz processor\n", arch::clock_tsc_khz() / 1000,
           arch::clock_tsc_khz() % 1000);
    return {};
}

mm::Result<> start_slab()
{
    return slab_start(info.command_line);
}

mm::Result<> start_interrupts()
{
    arch::pic_init();
    arch::pit_start_tick();
    arch::pic_unmask(arch::kTimerLine);
    console_enable_input();
    arch::enable_interrupts();
    return {};
}

mm::Result<> run_boot_options()
{
    char name[kValueSize];
    TRY(selftest_boot_option(info.command_line));
    if (!get_option(info.command_line, "bench", name, sizeof(name)))
        return {};
    uint64_t const rounds = TRY(get_number_option(info.command_line, "bench_n", 10'000));
    uint64_t const load = TRY(get_number_option(info.command_line, "bench_load", 0));
    TRY(run_bench(name, rounds, load));
    power_off(0);
}

void run_boot_thread();

struct init_step {
    char const* name;
    mm::Result<> (*run)();
};

// On the stack of boot.S, which is not freed.
constexpr init_step kFirstSteps[] = {
    {"console", start_console},
    {"boot information", start_log},
    {"memory map", find_memory},
    {"page tables", switch_page_tables},
    {"per-CPU areas", setup_per_cpu_areas},
    {"zones", zones_init},
    {"page owner", [] { return page_owner_init(info.command_line); }},
    {"page allocator", page_allocator_init},
    {"slab caches", start_slab},
    {"kernel page tables", kernel_tables_init},
    {"high memory", highmem_start},
    {"vmalloc", vmalloc_start},
    {"first thread", [] { return rest_init(run_boot_thread); }},
};

constexpr init_step kSteps[] = {
    {"interrupt stack", [] { return irq_init_percpu_irqstack(0); }},
    {"interrupts", start_interrupts},
    {"other processors", [] { return smp_init(info.command_line); }},
    {"boot options", run_boot_options},
};

template<size_t kCount>
void run_steps(init_step const (&steps)[kCount])
{
    for (init_step const& step : steps) {
        auto const result = step.run();
        if (!result)
            panic("%s: %s", step.name, result.error().message);
    }
}

void run_boot_thread()
{
    run_steps(kSteps);
    run_console();
}

} // namespace

} // namespace pagelab::kernel

void kernel_main(unsigned magic, unsigned info_address)
{
    using namespace pagelab::kernel;
    from_loader = {magic, info_address};
    run_steps(kFirstSteps);
    panic("boot: nothing left to do");
}
