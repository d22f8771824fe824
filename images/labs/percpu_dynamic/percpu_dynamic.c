/*
 * The same with memory from alloc_percpu. The loop that sets the copies up calls put_cpu() without
 * a get_cpu(): a mistake often seen, which must not bring the kernel down.
 */
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#define THREADS 3

static int __percpu *counter;
static struct task_struct *threads[THREADS];

static int count(void *unused)
{
	int *mine;

	while (!kthread_should_stop()) {
		mine = get_cpu_ptr(counter);
		(*mine)++;
		printk(KERN_INFO "cpu[%d] = %d\n", smp_processor_id(), *mine);
		put_cpu_ptr(counter);
		msleep(500);
	}
	do_exit(0);
}

static int __init percpu_dynamic_init(void)
{
	int i;

	counter = alloc_percpu(int);
	if (!counter)
		return -ENOMEM;
	for (i = 0; i < NR_CPUS; i++) {
		*per_cpu_ptr(counter, i) = 0;
		put_cpu();
	}
	wmb();
	for (i = 0; i < THREADS; i++) {
		threads[i] = kthread_run(count, NULL, "counter%d", i);
		if (IS_ERR(threads[i])) {
			int error = PTR_ERR(threads[i]);

			while (i-- > 0)
				kthread_stop(threads[i]);
			free_percpu(counter);
			return error;
		}
	}
	return 0;
}

static void __exit percpu_dynamic_exit(void)
{
	int i;

	for (i = 0; i < THREADS; i++)
		kthread_stop(threads[i]);
	free_percpu(counter);
}

module_init(percpu_dynamic_init);
module_exit(percpu_dynamic_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counting on several CPUs, dynamically");
