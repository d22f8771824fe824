/*
 * Threads that count together, wrongly: an increment is a load and a store, and between the two
 * another CPU may have stored. With fixed=1 the increments are atomic.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/init.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/sched.h>

#define THREADS 4

static bool fixed;
module_param(fixed, bool, 0444);
MODULE_PARM_DESC(fixed, "count atomically");

static unsigned int rounds = 100;
module_param(rounds, uint, 0444);
MODULE_PARM_DESC(rounds, "how often each thread counts");

static unsigned int broken_count;
static atomic_t count = ATOMIC_INIT(0);
static atomic_t ready = ATOMIC_INIT(0);
static atomic_t running = ATOMIC_INIT(0);
static DECLARE_COMPLETION(all_done);

/* The barrier keeps the compiler from making one instruction of it, which no CPU interrupts. */
static void count_wrongly(void)
{
	unsigned int old = broken_count;

	barrier();
	broken_count = old + 1;
}

static int work(void *unused)
{
	unsigned int i;

	atomic_inc(&ready);
	while (atomic_read(&ready) < THREADS)
		schedule();
	for (i = 0; i < rounds; i++) {
		if (fixed)
			atomic_inc(&count);
		else
			count_wrongly();
	}
	if (atomic_dec_and_test(&running))
		complete(&all_done);
	return 0;
}

static int __init race_init(void)
{
	struct task_struct *threads[THREADS];
	unsigned int total, i;

	for (i = 0; i < THREADS; i++) {
		threads[i] = kthread_create(work, NULL, "race/%u", i);
		if (IS_ERR(threads[i])) {
			int error = PTR_ERR(threads[i]);

			while (i-- > 0)
				kthread_stop(threads[i]);
			return error;
		}
	}
	atomic_set(&running, THREADS);
	for (i = 0; i < THREADS; i++)
		wake_up_process(threads[i]);
	wait_for_completion(&all_done);
	total = fixed ? atomic_read(&count) : broken_count;
	pr_info("counted %u of %u, lost %u\n", total, THREADS * rounds, THREADS * rounds - total);
	return 0;
}

static void __exit race_exit(void)
{
}

module_init(race_init);
module_exit(race_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A counter that loses counts, and one that does not");
