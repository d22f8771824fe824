// The kernel's caches: the allocator that was chosen, and what it needs from the kernel.
#include "guestkernel/kernel/slab.hpp"

#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/kernel/bug.hpp"
#include "guestkernel/kernel/kallsyms.hpp"
#include "guestkernel/kernel/memory.hpp"
#include "guestkernel/kernel/options.hpp"
#include "guestkernel/kernel/page_alloc.hpp"
#include "guestkernel/kernel/sched/sched.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"
#include "guestkernel/kernel/stack_trace.hpp"
#include "guestkernel/kernel/taint.hpp"
#include "guestkernel/kernel/vmalloc.hpp"
#include "guestkernel/kernel/vsprintf.hpp"
#include "guestkernel/lib/format.hpp"
#include "guestkernel/lib/string.hpp"
#include "guestkernel/mm/page_alloc.hpp"
#include "guestkernel/mm/slab/debug_options.hpp"
#include "guestkernel/mm/slab/debug_track.hpp"
#include "guestkernel/mm/slab/kmalloc.hpp"
#include "guestkernel/mm/slab/slab_array.hpp"
#include "guestkernel/mm/slab/slob.hpp"
#include "guestkernel/mm/slab/slub.hpp"

namespace pagelab::kernel {

namespace {

constexpr size_t kOptionSize = 256;
constexpr unsigned kDepotOrder = 4; // 64 KiB

mm::slab_caches caches;
mutex slab_mutex;
mm::slub_options debug_options;
char debug_text[kOptionSize]; // debug_options refers to it
mm::stack_depot stacks;

#define CALLER reinterpret_cast<uintptr_t>(__builtin_return_address(0))

lib::Result<mm::slab_operations const*> find_allocator(char const* command_line)
{
    static constexpr mm::slab_operations const* kAllocators[] = {
        &mm::slub_operations, &mm::slab_array_operations, &mm::slob_operations};
    char name[16];
    if (!get_option(command_line, "slab_allocator", name, sizeof(name)))
        return &mm::slub_operations;
    for (mm::slab_operations const* ops : kAllocators) {
        if (strcmp(ops->name, name) == 0)
            return ops;
    }
    return lib::Error{"slab_allocator=: none of slub, slab, slob"};
}

lib::Result<> make_depot()
{
    mm::page* const block = mm::alloc_pages(node(), mm::GFP_KERNEL, kDepotOrder);
    if (block == nullptr)
        return lib::Error{"no memory for stacks"};
    PhysAddr const address = pfn_to_phys(mm::page_to_pfn(node(), *block));
    stacks.words = static_cast<uintptr_t*>(arch::phys_to_virt(address));
    stacks.capacity = (kPageSize << kDepotOrder) / sizeof(uintptr_t);
    return {};
}

mm::slab_env make_environment()
{
    return {
        .pgdat = &node(),
        .page_offset = arch::kPageOffset,
        .alloc_pages = __alloc_pages,
        .pid = [] { return get_current().pid; },
        .save_stack = save_stack,
        .sprint_symbol =
            [](char* buffer, size_t size, uintptr_t address) {
                char symbol[kSymbolTextSize];
                lib::snprintf(buffer, size, "%s", sprint_symbol(symbol, address));
            },
        .print_tainted = print_tainted,
        .add_taint = add_taint,
        .warn = [](char const* message) { warn_printk("%s", message); },
        .mutex_lock = [] { mutex_lock(slab_mutex); },
        .mutex_unlock = [] { mutex_unlock(slab_mutex); },
        .mem_map = nullptr,
        .nr_pages = 0,
    };
}

} // namespace

lib::Result<> slab_start(char const* command_line)
{
    char ignored[kOptionSize];
    mutex_init(slab_mutex);
    TRY(make_depot());
    caches.env = make_environment();
    caches.ops = TRY(find_allocator(command_line));
    caches.stacks = &stacks;
    bool const nomerge = get_option(command_line, "slab_nomerge", ignored, sizeof(ignored)) ||
                         get_option(command_line, "slub_nomerge", ignored, sizeof(ignored));
    caches.merge = nomerge ? mm::merging::never : mm::merging::allowed;
    if (get_option(command_line, "slub_debug", debug_text, sizeof(debug_text))) {
        debug_options = mm::parse_slub_options(*node().env, debug_text);
        caches.debug = &debug_options;
        no_hash_pointers_enable();
        if (caches.ops == &mm::slab_array_operations)
            caches.ops = &mm::slab_array_debug_operations;
    }
    return mm::kmem_cache_init(caches);
}

mm::slab_caches& slab_caches()
{
    return caches;
}

void* kmalloc(size_t size, mm::gfp_t gfp)
{
    void* const object = mm::kmalloc(caches, size, gfp, CALLER);
    asm volatile(""); // not a tail call: call traces say kmalloc
    return object;
}

void* kzalloc(size_t size, mm::gfp_t gfp)
{
    return mm::kmalloc(caches, size, gfp | mm::__GFP_ZERO, CALLER);
}

void* kmalloc_array(size_t n, size_t size, mm::gfp_t gfp)
{
    return mm::kmalloc_array(caches, n, size, gfp, CALLER);
}

void* kcalloc(size_t n, size_t size, mm::gfp_t gfp)
{
    return mm::kmalloc_array(caches, n, size, gfp | mm::__GFP_ZERO, CALLER);
}

void* krealloc(void* object, size_t new_size, mm::gfp_t gfp)
{
    return mm::krealloc(caches, object, new_size, gfp, CALLER);
}

void kfree(void const* object)
{
    mm::kfree(caches, object, CALLER);
}

size_t ksize(void const* object)
{
    return mm::ksize(caches, object);
}

void* kvmalloc(size_t size, mm::gfp_t gfp)
{
    void* const memory = mm::kmalloc(caches, size, mm::kvmalloc_gfp(size, gfp), CALLER);
    if (memory != nullptr || !mm::kvmalloc_may_use_vmalloc(size))
        return memory;
    return __vmalloc(static_cast<unsigned long>(size), gfp);
}

void kvfree(void const* address)
{
    if (is_vmalloc_addr(address))
        vfree(address);
    else
        mm::kfree(caches, address, CALLER);
}

mm::kmem_cache* kmem_cache_create(char const* name, unsigned size, unsigned align,
                                  mm::slab_flags_t flags, void (*ctor)(void*))
{
    return mm::kmem_cache_create(caches, name, size, align, flags, ctor);
}

void* kmem_cache_alloc(mm::kmem_cache* s, mm::gfp_t gfp)
{
    return mm::kmem_cache_alloc(*s, gfp, CALLER);
}

void* kmem_cache_zalloc(mm::kmem_cache* s, mm::gfp_t gfp)
{
    return mm::kmem_cache_alloc(*s, gfp | mm::__GFP_ZERO, CALLER);
}

void kmem_cache_free(mm::kmem_cache* s, void* object)
{
    mm::kmem_cache_free(*s, object, CALLER);
}

void kmem_cache_destroy(mm::kmem_cache* s)
{
    mm::kmem_cache_destroy(s);
}

int kmem_cache_shrink(mm::kmem_cache* s)
{
    mm::kmem_cache_shrink(*s);
    return 0;
}

bool has_slabinfo_file()
{
    return caches.ops->get_slabinfo != nullptr;
}

void show_slabinfo_file(lib::seq_file& m)
{
    mm::show_slabinfo(m, caches);
}

} // namespace pagelab::kernel
