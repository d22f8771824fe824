/*
 * A cache of one's own: two objects of it, given back before the cache goes.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

struct pair {
	int number;
	long value;
};

static struct kmem_cache *cache;
static struct pair *ptr1, *ptr2;

static int __init slab_cache_init(void)
{
	cache = kmem_cache_create("lab_pairs", sizeof(struct pair), 0, 0, NULL);
	if (!cache)
		return -ENOMEM;
	ptr1 = kmem_cache_alloc(cache, GFP_KERNEL);
	ptr2 = kmem_cache_alloc(cache, GFP_KERNEL);
	if (!ptr1 || !ptr2)
		goto no_memory;
	*ptr1 = (struct pair){ 42, 42 };
	*ptr2 = (struct pair){ 43, 43 };
	pr_info("ptr1 = {%d, %ld} ; ptr2 = {%d, %ld}\n", ptr1->number, ptr1->value, ptr2->number,
		ptr2->value);
	return 0;

no_memory:
	if (ptr1)
		kmem_cache_free(cache, ptr1);
	kmem_cache_destroy(cache);
	return -ENOMEM;
}

static void __exit slab_cache_exit(void)
{
	kmem_cache_free(cache, ptr1);
	kmem_cache_free(cache, ptr2);
	kmem_cache_destroy(cache);
}

module_init(slab_cache_init);
module_exit(slab_cache_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Two objects of a slab cache");
