#include <asm/asm.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>

/* Reads that may fault, by the kernel's functions and by an instruction of one's own. */
static int peek(const int *address, int *value)
{
	int error = 0;

	asm volatile("1: movl (%2), %1\n"
		     "   jmp 3f\n"
		     "2: movl $-14, %0\n"
		     "3:\n" _ASM_EXTABLE(1b, 2b)
		     : "+r"(error), "=&r"(*value)
		     : "r"(address));
	return error;
}

static int __init nofault_init(void)
{
	static int good = 4711;
	int value = 0, error;
	char buffer[16];
	char *area = vmalloc(PAGE_SIZE);

	error = peek(&good, &value);
	pr_info("peek: %d, %d\n", error, value);
	pr_info("peek at 8: %d\n", peek((int *)8, &value));
	error = get_kernel_nofault(value, &good);
	pr_info("get_kernel_nofault: %d, %d\n", error, value);
	pr_info("at 16: %ld\n", copy_from_kernel_nofault(&value, (void *)16, 4));
	if (area) {
		/* The page behind an area is never there. */
		pr_info("behind an area: %ld\n", copy_from_kernel_nofault(&value, area + PAGE_SIZE, 4));
		pr_info("not copied: %lu\n", copy_to_user((void __user *)area, buffer, 16));
	}
	memset(buffer, 'x', sizeof(buffer));
	pr_info("from user: %lu, %d\n", copy_from_user(buffer, (void __user *)0x10000, 16), buffer[15]);
	vfree(area);
	return 0;
}

static void __exit nofault_exit(void)
{
}

module_init(nofault_init);
module_exit(nofault_exit);
MODULE_LICENSE("GPL");
