/*
 * Where the zones are, where the kernel's windows onto memory begin, and which frames are behind
 * kmalloc's and vmalloc's addresses.
 */
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>

#define PAGES 4

static void show_zones(void)
{
	struct zone *zone;

	for_each_populated_zone(zone)
		pr_info("zone %s: %#lx-%#lx\n", zone->name, zone->zone_start_pfn,
			zone_end_pfn(zone));
}

static int __init zones_init(void)
{
	char *direct, *mapped;
	int i;

	show_zones();
	pr_info("direct map starts at page %#lx\n", (unsigned long)PAGE_OFFSET >> PAGE_SHIFT);
	pr_info("vmalloc space starts at page %#lx\n", (unsigned long)VMALLOC_START >> PAGE_SHIFT);
	direct = kmalloc(PAGES * PAGE_SIZE, GFP_KERNEL);
	mapped = vmalloc(PAGES * PAGE_SIZE);
	for (i = 0; direct && i < PAGES; i++)
		pr_info("kmalloc: page %#lx frame %#lx\n",
			(unsigned long)(direct + i * PAGE_SIZE) >> PAGE_SHIFT,
			page_to_pfn(virt_to_page(direct + i * PAGE_SIZE)));
	for (i = 0; mapped && i < PAGES; i++)
		pr_info("vmalloc: page %#lx frame %#lx\n",
			(unsigned long)(mapped + i * PAGE_SIZE) >> PAGE_SHIFT,
			vmalloc_to_pfn(mapped + i * PAGE_SIZE));
	vfree(mapped);
	kfree(direct);
	return direct && mapped ? 0 : -ENOMEM;
}

static void __exit zones_exit(void)
{
}

module_init(zones_init);
module_exit(zones_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Zones and addresses");
