/*
 * When does a cache's constructor run? Counts its calls before and after each allocation.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>

#define OBJECTS 19

/* With the pointer to the next free object, which SLUB puts behind what it constructs, 32 bytes. */
struct object {
	char bytes[32 - sizeof(void *)];
};

static struct kmem_cache *cache;
static struct object *objects[OBJECTS];
static unsigned int constructed;

static void construct(void *object)
{
	memset(object, 0, sizeof(struct object));
	constructed++;
}

static void free_objects(void)
{
	unsigned int i;

	for (i = 0; i < OBJECTS; i++)
		if (objects[i])
			kmem_cache_free(cache, objects[i]);
	kmem_cache_destroy(cache);
}

static int __init slab_constructor_init(void)
{
	unsigned int i;

	cache = kmem_cache_create("lab_constructed", sizeof(struct object), 0, 0, construct);
	if (!cache)
		return -ENOMEM;
	pr_info("constructor ran %u times before the first allocation\n", constructed);
	for (i = 0; i < OBJECTS; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (!objects[i]) {
			free_objects();
			return -ENOMEM;
		}
		pr_info("object %u: constructor ran %u times\n", i, constructed);
	}
	return 0;
}

static void __exit slab_constructor_exit(void)
{
	free_objects();
}

module_init(slab_constructor_init);
module_exit(slab_constructor_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("When constructors run");
