/*
 * The same by kmap_atomic, which never waits: the mapping is this CPU's, and short-lived.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>

#define INTS (PAGE_SIZE / sizeof(int))

static struct page *page;

static int __init highmem_atomic_init(void)
{
	unsigned int i;
	int *address;

	page = alloc_page(GFP_HIGHUSER);
	if (!page)
		return -ENOMEM;
	address = kmap_atomic(page);
	pr_info("page frame %#lx, %s, mapped at %px\n", page_to_pfn(page),
		PageHighMem(page) ? "high memory" : "low memory", address);
	for (i = 0; i < INTS; i++)
		address[i] = i;
	for (i = 0; i < INTS; i++)
		pr_info("[HIGHMEM_ATOMIC]: array[%u] = %d\n", i, address[i]);
	kunmap_atomic(address);
	return 0;
}

static void __exit highmem_atomic_exit(void)
{
	__free_page(page);
}

module_init(highmem_atomic_init);
module_exit(highmem_atomic_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A page of high memory through kmap_atomic");
