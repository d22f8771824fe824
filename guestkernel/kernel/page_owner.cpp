// The records' memory, and what they need of the kernel.
#include "guestkernel/kernel/page_owner.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/stack_trace.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/page_owner.hpp"

namespace pagelab::kernel {

namespace {

constexpr uint64_t kDepotSize = 512 << 10;
constexpr unsigned kOwnFrames = 1; // in mm/page_owner.cpp

mm::stack_depot stacks;
mm::page_owners owners;

lib::Result<void*> allocate_zeroed(uint64_t size)
{
    PhysAddr const at = TRY(mm::memblock_phys_alloc(boot_memory(), size, kPageSize));
    void* const memory = arch::phys_to_virt(at);
    memset(memory, 0, static_cast<size_t>(size));
    return memory;
}

unsigned save_stack_of_request(uintptr_t* entries, unsigned max)
{
    uintptr_t all[mm::kStackDepotFrames + kOwnFrames];
    unsigned const count = walk_stack(__builtin_frame_address(0), all, max + kOwnFrames);
    unsigned stored = 0;
    for (unsigned i = kOwnFrames; i < count && stored < max; i++)
        entries[stored++] = all[i];
    return stored;
}

} // namespace

lib::Result<> page_owner_init(char const* command_line)
{
    char value[8];
    if (!get_option(command_line, "page_owner", value, sizeof(value)) || strcmp(value, "on") != 0)
        return {};
    uint64_t const frames = phys_to_pfn(mm::memblock_end_of_dram(boot_memory())).value;
    owners.records =
        static_cast<mm::page_owner*>(TRY(allocate_zeroed(frames * sizeof(mm::page_owner))));
    owners.nr_records = static_cast<unsigned long>(frames);
    stacks.words = static_cast<uintptr_t*>(TRY(allocate_zeroed(kDepotSize)));
    stacks.capacity = kDepotSize / sizeof(uintptr_t);
    owners.stacks = &stacks;
    owners.save_stack = save_stack_of_request;
    owners.pid = [] { return get_current().pid; };
    node().page_owners = &owners;
    printk(log_level::info, "page_owner: %lluK for %llu page frames\n",
           static_cast<unsigned long long>(frames * sizeof(mm::page_owner) / 1024),
           static_cast<unsigned long long>(frames));
    return {};
}

bool has_page_owner_file()
{
    return node().page_owners != nullptr;
}

void show_page_owner_file(lib::seq_file& m)
{
    mm::show_page_owner(m, node(), sprint_symbol);
}

} // namespace pagelab::kernel
