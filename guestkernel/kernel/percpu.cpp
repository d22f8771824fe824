// The kernel's per-CPU memory: the first chunk from memblock, further ones by vmalloc.
#include "guestkernel/kernel/percpu.hpp"

#include "guestkernel/arch/x86/descriptor_tables.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/cpumask.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/printk.hpp"
#include "guestkernel/kernel/slab.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/lib/align.hpp"
#include "guestkernel/lib/string.hpp"

namespace pagelab::arch {

uintptr_t __per_cpu_offset[NR_CPUS]; // 0: the template

DEFINE_PER_CPU(uintptr_t, this_cpu_off) = 0;

} // namespace pagelab::arch

namespace pagelab::kernel {

namespace {

// Linux' PERCPU_DYNAMIC_RESERVE and PERCPU_MODULE_RESERVE (include/linux/percpu.h); i686 reaches
// all of its address space, so that its modules need no memory near the kernel.
constexpr unsigned kDynamicReserve = sizeof(long) == 8 ? 28 << 10 : 20 << 10;
constexpr unsigned kModuleReserve = sizeof(long) == 8 ? 8 << 10 : 0;

mm::pcpu_state state;

mm::pcpu_layout make_layout()
{
    mm::pcpu_layout layout = {};
    layout.static_start = reinterpret_cast<uintptr_t>(__per_cpu_start);
    layout.static_size = static_cast<unsigned>(__per_cpu_end - __per_cpu_start);
    layout.reserved_size = kModuleReserve;
    unsigned const used = layout.static_size + layout.reserved_size + kDynamicReserve;
    unsigned const size = lib::align_up(used, static_cast<unsigned>(kPageSize));
    layout.unit_size = size > mm::PCPU_MIN_UNIT_SIZE ? size : unsigned{mm::PCPU_MIN_UNIT_SIZE};
    layout.nr_units = nr_cpu_ids + 1;
    return layout;
}

lib::Result<char*> boot_allocate(size_t size)
{
    PhysAddr const memory = TRY(mm::memblock_phys_alloc(boot_memory(), size, kPageSize));
    auto* const bytes = static_cast<char*>(arch::phys_to_virt(memory));
    memset(bytes, 0, size);
    return bytes;
}

mm::pcpu_environment environment()
{
    mm::pcpu_environment env = {};
    env.allocate_units = [](void*, size_t size) { return vmalloc(size); };
    env.free_units = [](void*, void* units) { vfree(units); };
    env.allocate = [](void*, size_t size) { return kmalloc(size, mm::GFP_KERNEL); };
    env.free = [](void*, void* object) { kfree(object); };
    return env;
}

void fill_static_parts(char* units, mm::pcpu_layout const& layout)
{
    for (unsigned unit = 0; unit < layout.nr_units; unit++)
        memcpy(units + unit * layout.unit_size, __per_cpu_start, layout.static_size);
}

void set_offsets()
{
    for (unsigned cpu = 0; cpu < arch::NR_CPUS; cpu++) {
        unsigned const unit = cpu < nr_cpu_ids ? cpu : nr_cpu_ids;
        arch::__per_cpu_offset[cpu] = mm::pcpu_unit_offset(state, unit);
        arch::per_cpu(arch::this_cpu_off, cpu) = arch::__per_cpu_offset[cpu];
        arch::per_cpu(arch::cpu_number, cpu) = cpu;
        arch::per_cpu(lib::spin_holder, cpu) = cpu + 1;
    }
}

void* allocate(size_t size, size_t align, mm::pcpu_region region)
{
    auto const pointer = mm::pcpu_alloc(state, size, align, region);
    if (pointer)
        return reinterpret_cast<void*>(pointer.value());
    printk(log_level::warning, "percpu: allocation failed, size=%zu align=%zu, %s\n", size, align,
           pointer.error().message);
    return nullptr;
}

} // namespace

lib::Result<> setup_per_cpu_areas()
{
    mm::pcpu_layout const layout = make_layout();
    char* const units = TRY(boot_allocate(size_t{layout.nr_units} * layout.unit_size));
    char* const descriptions = TRY(boot_allocate(2 * mm::pcpu_chunk_struct_size(layout.unit_size)));
    fill_static_parts(units, layout);
    mm::pcpu_setup_first_chunk(state, environment(), layout, units, descriptions);
    set_offsets();
    arch::load_descriptor_tables(0); // this CPU's own, with the final page tables
    printk(log_level::info,
           "setup_percpu: NR_CPUS:%u nr_cpumask_bits:%u nr_cpu_ids:%u "
           "nr_node_ids:1\n",
           arch::NR_CPUS, nr_cpu_ids, nr_cpu_ids);
    printk(log_level::info, "percpu: Embedded %u pages/cpu s%u r%u d%u u%u\n",
           layout.unit_size / static_cast<unsigned>(kPageSize), layout.static_size,
           layout.reserved_size, layout.unit_size - layout.static_size - layout.reserved_size,
           layout.unit_size);
    return {};
}

void* __alloc_percpu(size_t size, size_t align)
{
    return allocate(size, align, mm::pcpu_region::dynamic);
}

void* __alloc_reserved_percpu(size_t size, size_t align)
{
    return allocate(size, align,
                    kModuleReserve > 0 ? mm::pcpu_region::reserved : mm::pcpu_region::dynamic);
}

void fill_percpu(void* pointer, void const* from, size_t size)
{
    for (unsigned cpu = 0; cpu < arch::NR_CPUS; cpu++)
        memcpy(arch::per_cpu_ptr(static_cast<char*>(pointer), cpu), from, size);
}

void free_percpu(void* pointer)
{
    if (pointer == nullptr)
        return;
    auto const freed = mm::pcpu_free(state, reinterpret_cast<uintptr_t>(pointer));
    if (!freed)
        printk(log_level::warning, "free_percpu: %s\n", freed.error().message);
}

unsigned long percpu_bytes()
{
    return mm::pcpu_nr_bytes(state);
}

mm::pcpu_state& percpu_memory()
{
    return state;
}

} // namespace pagelab::kernel
