#include <linux/interrupt.h>
#include <linux/module.h>
#include <linux/preempt.h>

/* What an init must not leave behind; the kernel sets it right. */
static int __init careless_init(void)
{
	preempt_disable();
	local_irq_disable();
	return 0;
}

static void __exit careless_exit(void)
{
}

module_init(careless_init);
module_exit(careless_exit);
MODULE_LICENSE("GPL");
