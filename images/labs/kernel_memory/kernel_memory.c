/*
 * As many pages as nr_structs structures need, filled by a thread that checks them before it ends.
 */
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/pfn.h>
#include <linux/sched.h>

struct datatype {
	u64 number;
	u64 padding[3];
};

static unsigned int nr_structs = 2000;
module_param(nr_structs, uint, 0644);
MODULE_PARM_DESC(nr_structs, "how many structures to make");

static unsigned int nr_structs_per_page, nr_pages, order;
static struct page *pages;
static struct task_struct *thread;

static struct datatype *structs_of(unsigned int page)
{
	return __va(PFN_PHYS(page_to_pfn(pages + page)));
}

static unsigned int structs_in(unsigned int page)
{
	unsigned int before = page * nr_structs_per_page;

	return min(nr_structs_per_page, nr_structs - before);
}

static void fill(void)
{
	unsigned int page, i;

	for (page = 0; page < nr_pages; page++)
		for (i = 0; i < structs_in(page); i++)
			structs_of(page)[i].number = page * nr_structs_per_page + i;
}

static bool is_as_filled(void)
{
	unsigned int page, i;

	for (page = 0; page < nr_pages; page++)
		for (i = 0; i < structs_in(page); i++)
			if (structs_of(page)[i].number != page * nr_structs_per_page + i)
				return false;
	return true;
}

static int k_memory(void *unused)
{
	nr_structs_per_page = PAGE_SIZE / sizeof(struct datatype);
	nr_pages = DIV_ROUND_UP(nr_structs, nr_structs_per_page);
	order = get_order((unsigned long)nr_pages << PAGE_SHIFT);
	pr_info("Kernel's page size: %lu  datatype's size: %zu\n", PAGE_SIZE,
		sizeof(struct datatype));
	pr_info("structs: %u  structs per page: %u  pages: %u  order: %u\n", nr_structs,
		nr_structs_per_page, nr_pages, order);
	pages = alloc_pages(GFP_KERNEL, order);
	if (pages)
		fill();
	else
		pr_err("could not allocate 2^%u pages\n", order);
	while (!kthread_should_stop())
		schedule();
	if (pages) {
		pr_info("%s\n", is_as_filled() ? "Success!" : "Failure!");
		__free_pages(pages, order);
	}
	return 0;
}

static int __init kernel_memory_init(void)
{
	if (nr_structs == 0)
		return -EINVAL;
	thread = kthread_run(k_memory, NULL, "k_memory");
	return PTR_ERR_OR_ZERO(thread);
}

static void __exit kernel_memory_exit(void)
{
	kthread_stop(thread);
}

module_init(kernel_memory_init);
module_exit(kernel_memory_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Structures in pages");
