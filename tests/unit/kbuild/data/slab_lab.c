// The course's slab lab: two objects of a cache.
#include <linux/init.h>
#include <linux/module.h>
#include <linux/slab.h>

struct pair {
	int first;
	long second;
};

static struct kmem_cache *cache;

static int __init my_mod_init(void)
{
	struct pair *ptr1, *ptr2;

	cache = kmem_cache_create("pair_cache", sizeof(struct pair), 0, 0, NULL);
	if (!cache)
		return -ENOMEM;
	ptr1 = kmem_cache_alloc(cache, GFP_KERNEL);
	ptr2 = kmem_cache_alloc(cache, GFP_KERNEL);
	*ptr1 = (struct pair){ 42, 42 };
	*ptr2 = (struct pair){ 43, 43 };
	printk("ptr1 = {%d, %ld} ; ptr2 = {%d, %ld} in %ps\n", ptr1->first, ptr1->second,
	       ptr2->first, ptr2->second, my_mod_init);
	kmem_cache_free(cache, ptr1);
	kmem_cache_free(cache, ptr2);
	return 0;
}

static void __exit my_mod_exit(void)
{
	kmem_cache_destroy(cache);
}

module_init(my_mod_init);
module_exit(my_mod_exit);
MODULE_LICENSE("GPL");
