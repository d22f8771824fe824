// Everything the course's labs call, once; compiled and linked, not run.
#include <asm/io.h>
#include <asm/uaccess.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/string.h>
#include <linux/time.h>
#include <linux/types.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

static uint nr_structs = 1000;
module_param(nr_structs, uint, 0644);
MODULE_PARM_DESC(nr_structs, "how many");
static char text[16] = "text";
module_param_string(text, text, sizeof(text), 0444);
static char *words[4];
static int nr_words;
module_param_array(words, charp, &nr_words, 0);

DECLARE_PER_CPU(int, counter);
DEFINE_PER_CPU(int, counter);
static int __percpu *dynamic;
static struct task_struct *thread;

static void use_gfp(void)
{
	gfp_t const flags[] = {
		__GFP_WAIT, __GFP_RECLAIM, __GFP_HIGH, __GFP_IO, __GFP_FS, __GFP_NOWARN,
		__GFP_REPEAT, __GFP_NOFAIL, __GFP_NORETRY, __GFP_NOMEMALLOC, __GFP_HARDWALL,
		__GFP_RECLAIMABLE, __GFP_COMP, __GFP_ZERO, __GFP_DMA, __GFP_DMA32, __GFP_HIGHMEM,
		GFP_ATOMIC, GFP_NOWAIT, GFP_NOIO, GFP_NOFS, GFP_KERNEL, GFP_USER, GFP_HIGHUSER,
		GFP_DMA,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(flags); i++)
		pr_debug("%pGg\n", &flags[i]);
}

static void use_pages(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	struct page *one = alloc_page(GFP_KERNEL);
	unsigned long address = __get_free_pages(GFP_KERNEL, 3);
	void *first = __va(PFN_PHYS(page_to_pfn(page)));
	struct zone *zone;

	pr_info("%p %d %lx\n", first, page_address(page) == first, (unsigned long)__pa(first));
	pr_info("%d\n", pfn_to_page(page_to_pfn(page)) == virt_to_page(first));
	pr_info("%lx %d %p %lu %px %d\n", page->flags, atomic_read(&page->_refcount), page->mapping,
		page->index, page->lru.next, page_count(page));
	set_page_private(page, page_private(page));
	for_each_zone(zone)
		pr_info("%s %lu %lu %lu %lu\n", zone->name, zone->zone_start_pfn,
			zone->_watermark[WMARK_MIN], high_wmark_pages(zone),
			zone->free_area[0].nr_free);
	__free_pages(page, 2);
	__free_page(one);
	free_pages(address, 3);
	free_page(__get_free_page(GFP_KERNEL));
	free_page(get_zeroed_page(GFP_KERNEL));
}

static void construct(void *object)
{
	memset(object, 0, 32);
}

static void use_objects(void)
{
	struct kmem_cache *cache = kmem_cache_create(
		"labs", 32, 0, SLAB_HWCACHE_ALIGN | SLAB_POISON | SLAB_RED_ZONE | SLAB_PANIC |
				       SLAB_CACHE_DMA, construct);
	void *object = kmem_cache_alloc(cache, GFP_KERNEL);
	int *numbers = kmalloc(10 * sizeof(int), GFP_KERNEL);

	kmem_cache_free(cache, object);
	kmem_cache_destroy(cache);
	numbers = krealloc(numbers, 20 * sizeof(int), GFP_KERNEL);
	pr_info("%zu\n", ksize(numbers));
	kfree(numbers);
	kfree(kzalloc(nr_structs, GFP_KERNEL));
	kfree(kcalloc(nr_structs, 4, GFP_KERNEL));
	vfree(vmalloc(nr_structs));
	vfree(vzalloc(nr_structs));
	kvfree(kvmalloc(nr_structs, GFP_KERNEL));
}

static void use_high_memory(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	char *bytes = kmap(page);

	bytes[0] = 1;
	kunmap(page);
	bytes = kmap_atomic(page);
	kunmap_atomic(bytes);
	bytes = kmap_local_page(page);
	kunmap_local(bytes);
	__free_page(page);
}

static void use_cpus(void)
{
	int cpu;

	for (cpu = 0; cpu < NR_CPUS; cpu++)
		per_cpu(counter, cpu) = 0;
	wmb();
	rmb();
	mb();
	get_cpu_var(counter)++;
	put_cpu_var(counter);
	get_cpu_var(counter)++;
	put_cpu_ptr(counter);
	this_cpu_inc(counter);
	this_cpu_add(counter, this_cpu_read(counter));
	this_cpu_write(counter, 3);
	dynamic = alloc_percpu(int);
	*get_cpu_ptr(dynamic) = smp_processor_id();
	put_cpu_ptr(dynamic);
	*per_cpu_ptr(dynamic, get_cpu()) = 1;
	put_cpu();
	free_percpu(dynamic);
}

static int work(void *data)
{
	while (!kthread_should_stop()) {
		pr_info("%s %d %lu %p\n", current->comm, current->pid, jiffies / HZ, data);
		schedule();
		msleep(500);
	}
	do_exit(0);
}

static int __init labs_init(void)
{
	use_gfp();
	use_pages();
	use_objects();
	use_high_memory();
	use_cpus();
	printk(KERN_ALERT "%s %s\n", text, nr_words > 0 ? words[0] : "none");
	thread = kthread_create(work, NULL, "work/%d", 1);
	if (IS_ERR(thread))
		return PTR_ERR(thread);
	wake_up_process(thread);
	kthread_stop(thread);
	thread = kthread_run(work, &nr_structs, "work");
	return IS_ERR(thread) ? PTR_ERR(ERR_PTR(-ENOMEM)) : 0;
}

static void __exit labs_exit(void)
{
	pr_emerg("1\n");
	pr_alert("2\n");
	pr_crit("3\n");
	pr_err("4\n");
	pr_warn("5\n");
	pr_notice("6\n");
	kthread_stop(thread);
}

int labs_exported(void);
int labs_exported(void)
{
	return 0;
}
EXPORT_SYMBOL(labs_exported);

module_init(labs_init);
module_exit(labs_exit);
MODULE_LICENSE("GPL");
MODULE_AUTHOR("pagelab");
MODULE_DESCRIPTION("calls everything");
