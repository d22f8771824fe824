#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kernel.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>

/* The same counter under each kind of lock. */
#define THREADS 4
#define ROUNDS 250

static DEFINE_SPINLOCK(spin);
static DEFINE_MUTEX(mtx);
static DEFINE_RWLOCK(rw);
static DECLARE_RWSEM(sem);
static DEFINE_SEQLOCK(seq);
static int by_spin, by_bh, by_irq, by_mutex, by_rw, by_sem, by_seq, by_seq_too;
static atomic_t by_atomic = ATOMIC_INIT(0);
static atomic_t torn = ATOMIC_INIT(0);
static atomic_t running = ATOMIC_INIT(THREADS);
static DECLARE_COMPLETION(finished);

static void read_all(void)
{
	unsigned int start;
	int a, b;

	do {
		start = read_seqbegin(&seq);
		a = by_seq;
		b = by_seq_too;
	} while (read_seqretry(&seq, start));
	if (a != b)
		atomic_inc(&torn);
	read_lock(&rw);
	a = by_rw;
	b = by_rw;
	read_unlock(&rw);
	if (a != b)
		atomic_inc(&torn);
	down_read(&sem);
	a = by_sem;
	up_read(&sem);
}

static int work(void *unused)
{
	unsigned long flags;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		spin_lock(&spin);
		by_spin++;
		spin_unlock(&spin);
		spin_lock_bh(&spin);
		by_bh++;
		spin_unlock_bh(&spin);
		spin_lock_irqsave(&spin, flags);
		by_irq++;
		spin_unlock_irqrestore(&spin, flags);
		mutex_lock(&mtx);
		by_mutex++;
		mutex_unlock(&mtx);
		write_lock(&rw);
		by_rw++;
		write_unlock(&rw);
		down_write(&sem);
		by_sem++;
		up_write(&sem);
		write_seqlock(&seq);
		by_seq++;
		by_seq_too++;
		write_sequnlock(&seq);
		atomic_inc(&by_atomic);
		read_all();
	}
	if (atomic_dec_and_test(&running))
		complete(&finished);
	return 0;
}

static int __init locks_init(void)
{
	int i;

	for (i = 0; i < THREADS; i++)
		if (IS_ERR(kthread_run(work, NULL, "locks/%d", i)) && atomic_dec_and_test(&running))
			complete(&finished);
	wait_for_completion(&finished);
	pr_info("spin %d bh %d irq %d mutex %d rw %d sem %d seq %d atomic %d torn %d\n", by_spin, by_bh,
		by_irq, by_mutex, by_rw, by_sem, by_seq, atomic_read(&by_atomic), atomic_read(&torn));
	return 0;
}

static void __exit locks_exit(void)
{
	pr_info("bye\n");
}

module_init(locks_init);
module_exit(locks_exit);
MODULE_LICENSE("GPL");
