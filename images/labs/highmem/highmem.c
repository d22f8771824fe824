/*
 * A page that may be in high memory, mapped by kmap to be written and read.
 */
#include <linux/gfp.h>
#include <linux/highmem.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>

#define INTS (PAGE_SIZE / sizeof(int))

static struct page *page;

static int __init highmem_init(void)
{
	unsigned int i;
	int *address;

	page = alloc_page(GFP_HIGHUSER);
	if (!page)
		return -ENOMEM;
	address = kmap(page);
	pr_info("page frame %#lx, %s, mapped at %px\n", page_to_pfn(page),
		PageHighMem(page) ? "high memory" : "low memory", address);
	for (i = 0; i < INTS; i++)
		address[i] = i;
	for (i = 0; i < INTS; i++)
		pr_info("[HIGHMEM]: array[%u] = %d\n", i, address[i]);
	kunmap(page);
	return 0;
}

static void __exit highmem_exit(void)
{
	__free_pages(page, 0);
}

module_init(highmem_init);
module_exit(highmem_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A page of high memory through kmap");
