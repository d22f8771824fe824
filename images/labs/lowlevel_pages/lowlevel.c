/*
 * Eight pages straight from the page allocator, filled with numbers. There is no MODULE_LICENSE on
 * purpose: see what loading it says.
 */
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/module.h>

#define ORDER 3
#define INTS (PAGE_SIZE / sizeof(int))

static int *array;

static int __init lowlevel_init(void)
{
	unsigned int i;

	array = (int *)__get_free_pages(GFP_KERNEL, ORDER);
	if (!array)
		return -ENOMEM;
	for (i = 0; i < INTS; i++)
		array[i] = i;
	for (i = 0; i < INTS; i++)
		printk(KERN_INFO "[LOWLEVEL]: array[%u] = %d\n", i, array[i]);
	return 0;
}

static void __exit lowlevel_exit(void)
{
	free_pages((unsigned long)array, ORDER);
}

module_init(lowlevel_init);
module_exit(lowlevel_exit);
