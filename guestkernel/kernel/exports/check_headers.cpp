// Compiled, never linked: what modules are told (guestkernel/include) is what the kernel has.
//
// Both sides in one file: the kernel's types are in its namespaces, the headers' in the global one.
// A failure here means that a struct was changed on one side only.
#include <stddef.h>

// These have C linkage and, to C++, other types on the other side.
#define __cpu_online_mask kernel_cpu_online_mask
#define __cpu_possible_mask kernel_cpu_possible_mask
#define __cpu_present_mask kernel_cpu_present_mask
#define __per_cpu_offset kernel_per_cpu_offset
#define this_cpu_off kernel_this_cpu_off
#define delayed_work_timer_fn kernel_delayed_work_timer_fn
#define system_wq kernel_system_wq

#include "guestkernel/lib/bug.hpp"
#include "guestkernel/arch/x86/layout.hpp"
#include "guestkernel/arch/x86/percpu.hpp"
#include "guestkernel/kernel/cpumask.hpp"
#include "guestkernel/kernel/exports/interrupt.hpp"
#include "guestkernel/kernel/exports/notifier.hpp"
#include "guestkernel/kernel/exports/seq_file.hpp"
#include "guestkernel/kernel/exports/xarray.hpp"
#include "guestkernel/kernel/module/module.hpp"
#include "guestkernel/kernel/module/params.hpp"
#include "guestkernel/kernel/rcu.hpp"
#include "guestkernel/kernel/sched/completion.hpp"
#include "guestkernel/kernel/sched/mutex.hpp"
#include "guestkernel/kernel/sched/task.hpp"
#include "guestkernel/kernel/sched/workqueue.hpp"
#include "guestkernel/lib/rbtree.hpp"
#include "guestkernel/lib/rwlock.hpp"
#include "guestkernel/mm/shrinker.hpp"
#include "guestkernel/mm/slab/slab_flags.hpp"
#include "guestkernel/mm/vmalloc.hpp"
#include "guestkernel/mm/zone.hpp"

#undef __cpu_online_mask
#undef __cpu_possible_mask
#undef __cpu_present_mask
#undef __per_cpu_offset
#undef this_cpu_off
#undef delayed_work_timer_fn
#undef system_wq

namespace {

namespace mm = pagelab::mm;
namespace kernel = pagelab::kernel;
namespace lib = pagelab::lib;

// Constants whose names the headers make macros of.
constexpr auto kGfpKernel = mm::GFP_KERNEL;
constexpr auto kGfpAtomic = mm::GFP_ATOMIC;
constexpr auto kGfpUser = mm::GFP_HIGHUSER_MOVABLE;
constexpr auto kGfpComp = mm::__GFP_COMP;
constexpr auto kGfpZero = mm::__GFP_ZERO;
constexpr auto kSlabPoison = mm::SLAB_POISON;
constexpr auto kSlabAlign = mm::SLAB_HWCACHE_ALIGN;
constexpr auto kSlabPanic = mm::SLAB_PANIC;
constexpr auto kVmUserMap = mm::VM_USERMAP;
constexpr unsigned kMaxOrder = mm::MAX_ORDER;
constexpr auto kPreemptNeedResched = lib::PREEMPT_NEED_RESCHED;
constexpr auto kHardirqOffset = lib::HARDIRQ_OFFSET;
constexpr unsigned kTaskUninterruptible = kernel::TASK_UNINTERRUPTIBLE;
constexpr unsigned kPfKthread = kernel::PF_KTHREAD;
constexpr auto kHz = kernel::HZ;
constexpr auto kNrCpus = pagelab::arch::NR_CPUS;
constexpr auto kListPoison1 = lib::kListPoison1;
constexpr size_t kBugEntrySize = sizeof(pagelab::lib::bug_entry);

} // namespace

#pragma clang diagnostic ignored "-Wmacro-redefined"
#include <linux/completion.h>
#include <linux/highmem.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/notifier.h>
#include <linux/proc_fs.h>
#include <linux/rbtree.h>
#include <linux/rculist.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/seq_file.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>

#define SAME_SIZE(ours, theirs) static_assert(sizeof(ours) == sizeof(::theirs))
#define SAME_FIELD(ours, theirs, field)                                                            \
    static_assert(offsetof(ours, field) == offsetof(::theirs, field) &&                            \
                  sizeof(ours::field) == sizeof(::theirs::field))

SAME_SIZE(mm::page, page);
SAME_FIELD(mm::page, page, flags);
SAME_FIELD(mm::page, page, lru);
SAME_FIELD(mm::page, page, compound_head);
SAME_FIELD(mm::page, page, compound_order);
SAME_FIELD(mm::page, page, mapping);
SAME_FIELD(mm::page, page, index);
SAME_FIELD(mm::page, page, private_);
SAME_FIELD(mm::page, page, _mapcount);
SAME_FIELD(mm::page, page, page_type);
SAME_FIELD(mm::page, page, _refcount);

SAME_SIZE(mm::free_area, free_area);
SAME_FIELD(mm::free_area, free_area, nr_free);
SAME_SIZE(mm::zone, zone);
SAME_FIELD(mm::zone, zone, _watermark);
SAME_FIELD(mm::zone, zone, lowmem_reserve);
SAME_FIELD(mm::zone, zone, zone_pgdat);
SAME_FIELD(mm::zone, zone, zone_start_pfn);
SAME_FIELD(mm::zone, zone, managed_pages);
SAME_FIELD(mm::zone, zone, spanned_pages);
SAME_FIELD(mm::zone, zone, present_pages);
SAME_FIELD(mm::zone, zone, name);
SAME_FIELD(mm::zone, zone, initialized);
SAME_FIELD(mm::zone, zone, free_area);
SAME_FIELD(mm::zone, zone, flags);
SAME_FIELD(mm::zone, zone, lock);
SAME_FIELD(mm::zone, zone, vm_stat);
SAME_FIELD(mm::zone, zone, vm_numa_event);
SAME_FIELD(mm::pglist_data, pglist_data, node_zones);
SAME_FIELD(mm::pglist_data, pglist_data, node_zonelists);
SAME_FIELD(mm::pglist_data, pglist_data, nr_zones);
SAME_FIELD(mm::pglist_data, pglist_data, node_mem_map);
SAME_FIELD(mm::pglist_data, pglist_data, node_start_pfn);
SAME_FIELD(mm::pglist_data, pglist_data, node_present_pages);
SAME_FIELD(mm::pglist_data, pglist_data, node_spanned_pages);
SAME_FIELD(mm::pglist_data, pglist_data, node_id);
SAME_FIELD(mm::pglist_data, pglist_data, totalreserve_pages);
static_assert(mm::kZoneLayout64.nr_zones == 5 && mm::kZoneLayout32.nr_zones == 4);
static_assert(MAX_NR_ZONES == (sizeof(long) == 8 ? 5 : 4) && kMaxOrder == MAX_ORDER);
static_assert(mm::ZoneField::mask == static_cast<uint64_t>(ZONES_MASK) << ZONES_PGSHIFT);
static_assert(unsigned{mm::PG_reserved} == unsigned{PG_reserved} &&
              unsigned{mm::PG_mlocked} == unsigned{PG_mlocked});

SAME_SIZE(mm::vm_struct, vm_struct);
SAME_FIELD(mm::vm_struct, vm_struct, addr);
SAME_FIELD(mm::vm_struct, vm_struct, pages);
SAME_FIELD(mm::vm_struct, vm_struct, nr_pages);
SAME_FIELD(mm::vm_struct, vm_struct, phys_addr);
SAME_FIELD(mm::vm_struct, vm_struct, caller);
SAME_SIZE(mm::shrinker, shrinker);
SAME_FIELD(mm::shrinker, shrinker, list);
SAME_FIELD(mm::shrinker, shrinker, nr_deferred);
SAME_FIELD(mm::shrinker, shrinker, nr_users);
SAME_SIZE(mm::shrink_control, shrink_control);

SAME_SIZE(lib::spinlock_t, raw_spinlock_t);
SAME_SIZE(lib::list_head, list_head);
SAME_SIZE(kernel::cpumask_t, cpumask);
SAME_FIELD(kernel::task_struct, task_struct, __state);
SAME_FIELD(kernel::task_struct, task_struct, flags);
SAME_FIELD(kernel::task_struct, task_struct, pid);
SAME_FIELD(kernel::task_struct, task_struct, tgid);
SAME_FIELD(kernel::task_struct, task_struct, comm);
SAME_FIELD(kernel::task_struct, task_struct, cpu);
SAME_FIELD(kernel::task_struct, task_struct, exit_code);
SAME_FIELD(kernel::task_struct, task_struct, usage);
SAME_FIELD(kernel::task_struct, task_struct, thread);
SAME_FIELD(kernel::task_struct, task_struct, stack);
SAME_SIZE(kernel::timer_list, timer_list);
SAME_FIELD(kernel::timer_list, timer_list, expires);
SAME_FIELD(kernel::timer_list, timer_list, function);
SAME_FIELD(kernel::timer_list, timer_list, flags);
SAME_SIZE(kernel::wait_queue_head, wait_queue_head);
SAME_FIELD(kernel::wait_queue_head, wait_queue_head, head);
SAME_SIZE(kernel::wait_queue_entry, wait_queue_entry);
SAME_FIELD(kernel::wait_queue_entry, wait_queue_entry, flags);
SAME_FIELD(kernel::wait_queue_entry, wait_queue_entry, func);
SAME_FIELD(kernel::wait_queue_entry, wait_queue_entry, entry);
SAME_SIZE(kernel::completion, completion);
SAME_FIELD(kernel::completion, completion, wait);
SAME_SIZE(kernel::mutex, mutex);
SAME_FIELD(kernel::mutex, mutex, wait);
SAME_SIZE(kernel::semaphore, semaphore);
SAME_FIELD(kernel::semaphore, semaphore, count);
SAME_SIZE(kernel::rw_semaphore, rw_semaphore);
SAME_FIELD(kernel::rw_semaphore, rw_semaphore, count);
SAME_SIZE(kernel::work_struct, work_struct);
SAME_FIELD(kernel::work_struct, work_struct, entry);
SAME_FIELD(kernel::work_struct, work_struct, func);
SAME_SIZE(kernel::delayed_work, delayed_work);
SAME_FIELD(kernel::delayed_work, delayed_work, timer);
SAME_FIELD(kernel::delayed_work, delayed_work, wq);

SAME_SIZE(lib::rwlock_t, rwlock_t);
SAME_SIZE(lib::rb_node, rb_node);
SAME_FIELD(lib::rb_node, rb_node, rb_right);
SAME_SIZE(kernel::callback_head, callback_head);
SAME_SIZE(kernel::tasklet_struct, tasklet_struct);
SAME_FIELD(kernel::tasklet_struct, tasklet_struct, timer);
SAME_SIZE(kernel::hrtimer, hrtimer);
SAME_FIELD(kernel::hrtimer, hrtimer, function);
SAME_SIZE(kernel::raw_notifier_head, raw_notifier_head);
SAME_SIZE(kernel::atomic_notifier_head, atomic_notifier_head);
SAME_SIZE(kernel::blocking_notifier_head, blocking_notifier_head);
SAME_SIZE(kernel::notifier_block, notifier_block);
SAME_FIELD(kernel::notifier_block, notifier_block, priority);
SAME_SIZE(kernel::file_operations, file_operations);
SAME_FIELD(kernel::file_operations, file_operations, release);
SAME_SIZE(kernel::xarray, xarray);
SAME_FIELD(kernel::xarray, xarray, xa_root);
SAME_SIZE(kernel::xa_limit, xa_limit);
SAME_FIELD(kernel::xa_limit, xa_limit, min);
SAME_SIZE(kernel::inode, inode);
SAME_FIELD(kernel::inode, inode, i_private);
SAME_SIZE(kernel::file, file);
SAME_FIELD(kernel::file, file, private_data);
SAME_SIZE(kernel::proc_ops, proc_ops);
SAME_FIELD(kernel::proc_ops, proc_ops, proc_release);
SAME_SIZE(kernel::seq_operations, seq_operations);
SAME_SIZE(kernel::seq_file, seq_file);
SAME_FIELD(kernel::seq_file, seq_file, count);
SAME_FIELD(kernel::seq_file, seq_file, op);

static_assert(kernel::kModuleSize == sizeof(::module));
SAME_FIELD(kernel::module, module, state);
SAME_FIELD(kernel::module, module, list);
SAME_FIELD(kernel::module, module, name);
SAME_FIELD(kernel::module, module, init);
SAME_FIELD(kernel::module, module, exit);
SAME_SIZE(kernel::kernel_param, kernel_param);
SAME_FIELD(kernel::kernel_param, kernel_param, ops);
SAME_FIELD(kernel::kernel_param, kernel_param, perm);
SAME_FIELD(kernel::kernel_param, kernel_param, arg);
SAME_SIZE(kernel::kernel_param_ops, kernel_param_ops);
SAME_SIZE(kernel::kparam_array, kparam_array);
SAME_FIELD(kernel::kparam_array, kparam_array, elem);
SAME_SIZE(kernel::kparam_string, kparam_string);
SAME_SIZE(kernel::kernel_symbol, kernel_symbol);
static_assert(kBugEntrySize == 12);

static_assert(kGfpKernel == GFP_KERNEL && kGfpAtomic == GFP_ATOMIC && kGfpZero == __GFP_ZERO);
static_assert(kGfpUser == GFP_HIGHUSER_MOVABLE && kGfpComp == __GFP_COMP);
static_assert(kSlabPoison == SLAB_POISON && kSlabAlign == SLAB_HWCACHE_ALIGN);
static_assert(kSlabPanic == SLAB_PANIC && static_cast<unsigned>(kVmUserMap) == VM_USERMAP);
static_assert(kPreemptNeedResched == PREEMPT_NEED_RESCHED && kHardirqOffset == HARDIRQ_OFFSET);
static_assert(kTaskUninterruptible == TASK_UNINTERRUPTIBLE && kPfKthread == PF_KTHREAD);
static_assert(kHz == HZ && kNrCpus == NR_CPUS && kListPoison1 == 0x100 + POISON_POINTER_DELTA);
static_assert(pagelab::arch::kPageOffset == PAGE_OFFSET);
static_assert(pagelab::arch::kImageOffset == __START_KERNEL_map);
static_assert(pagelab::arch::kVmallocEnd == VMALLOC_END);
#ifdef __x86_64__
static_assert(pagelab::arch::kVmallocStart == VMALLOC_START);
static_assert(pagelab::arch::kVmemmapStart == VMEMMAP_START);
static_assert(pagelab::arch::kModulesStart == MODULES_VADDR);
#else
static_assert(pagelab::arch::kVmallocOffset == VMALLOC_OFFSET);
static_assert(pagelab::arch::kPkmapBase == PKMAP_BASE && pagelab::arch::kFixaddrTop == FIXADDR_TOP);
#endif
