#include <linux/cpumask.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/smp.h>

/* A counter for each CPU, bumped by a thread bound to it, and summed. */
struct stats {
	unsigned long hits;
	u64 bytes;
};

static DEFINE_PER_CPU(struct stats, stats);
static unsigned int __percpu *calls;

static void bump(void *info)
{
	(*this_cpu_ptr(calls))++;
}

static int hit(void *data)
{
	int i;

	for (i = 0; i < 100; i++) {
		this_cpu_inc(stats.hits);
		this_cpu_add(stats.bytes, 10);
	}
	while (!kthread_should_stop()) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
		__set_current_state(TASK_RUNNING);
	}
	return smp_processor_id();
}

static int __init percpustat_init(void)
{
	struct task_struct *threads[NR_CPUS] = {NULL};
	unsigned long hits = 0, called = 0, moved = 0;
	u64 bytes = 0;
	int cpu;

	calls = alloc_percpu(unsigned int);
	if (!calls)
		return -ENOMEM;
	for_each_online_cpu(cpu) {
		threads[cpu] = kthread_create(hit, NULL, "stats/%d", cpu);
		if (IS_ERR(threads[cpu]))
			continue;
		kthread_bind(threads[cpu], cpu);
		wake_up_process(threads[cpu]);
	}
	msleep(20);
	for_each_online_cpu(cpu)
		if (!IS_ERR(threads[cpu]) && kthread_stop(threads[cpu]) != cpu)
			moved++;
	on_each_cpu(bump, NULL, 1);
	for_each_possible_cpu(cpu) {
		hits += per_cpu(stats, cpu).hits;
		bytes += per_cpu(stats, cpu).bytes;
		called += *per_cpu_ptr(calls, cpu);
	}
	pr_info("per CPU: hits %lu bytes %llu calls %lu moved %lu\n", hits / num_online_cpus(),
		div_u64(bytes, num_online_cpus()), called / num_online_cpus(), moved);
	return 0;
}

static void __exit percpustat_exit(void)
{
	free_percpu(calls);
}

module_init(percpustat_init);
module_exit(percpustat_exit);
MODULE_LICENSE("GPL");
