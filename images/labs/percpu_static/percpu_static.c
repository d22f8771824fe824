/*
 * A variable with a copy for each CPU; three threads count in the copies of the CPUs they run on.
 */
#include <linux/delay.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/sched.h>

#define THREADS 3

static DEFINE_PER_CPU(int, counter);
static struct task_struct *threads[THREADS];

static int count(void *unused)
{
	while (!kthread_should_stop()) {
		get_cpu_var(counter)++;
		printk(KERN_INFO "cpu[%d] = %d\n", smp_processor_id(), per_cpu(counter, smp_processor_id()));
		put_cpu_var(counter);
		msleep(500);
	}
	do_exit(0);
}

static int __init percpu_static_init(void)
{
	int i;

	for (i = 0; i < NR_CPUS; i++)
		per_cpu(counter, i) = 0;
	wmb();
	for (i = 0; i < THREADS; i++) {
		threads[i] = kthread_run(count, NULL, "counter%d", i);
		if (IS_ERR(threads[i])) {
			int error = PTR_ERR(threads[i]);

			while (i-- > 0)
				kthread_stop(threads[i]);
			return error;
		}
	}
	return 0;
}

static void __exit percpu_static_exit(void)
{
	int i;

	for (i = 0; i < THREADS; i++)
		kthread_stop(threads[i]);
}

module_init(percpu_static_init);
module_exit(percpu_static_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Counting on several CPUs, statically");
