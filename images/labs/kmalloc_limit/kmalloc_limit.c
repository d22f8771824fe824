/*
 * How much memory does kmalloc give in one piece? Doubles the size until there is none.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

static int __init kmalloc_limit_init(void)
{
	size_t size;
	void *memory;

	for (size = 1;; size *= 2) {
		memory = kmalloc(size, GFP_KERNEL);
		if (!memory) {
			pr_info("could not allocate %zu bytes\n", size);
			break;
		}
		pr_info("allocated %zu bytes, usable %zu\n", size, ksize(memory));
		kfree(memory);
	}
	return 0;
}

static void __exit kmalloc_limit_exit(void)
{
}

module_init(kmalloc_limit_init);
module_exit(kmalloc_limit_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Finds the largest kmalloc");
